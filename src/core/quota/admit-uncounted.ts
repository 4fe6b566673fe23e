import type { QuotaAsk, QuotaResult } from "./quota";
import { configOf, holdOf, type QuotaParts } from "./quota-engine";
import type { Resolution } from "./resolve-limits";

/**
 * No limit counts this request. If one lies dormant behind another, the store learns once that it is not counted, so that it is filled from
 * the ledger when it counts again (quota.md Q50).
 */
export function admitUncounted(ask: QuotaAsk, resolution: Resolution, engine: QuotaParts): QuotaResult {
  if (ask.plan.hasDormantCap && !engine.told.has(ask.plan)) {
    engine.told.add(ask.plan);
    void tellDormant(ask, engine);
  }
  const at = engine.deps.clock.now() + engine.offsetMs;
  const hold = holdOf({ ask, resolution, buckets: [], record: "" }, { at, lines: null });
  return { kind: "admitted", hold };
}

async function tellDormant(ask: QuotaAsk, engine: QuotaParts): Promise<void> {
  const { deps, bring } = engine;
  const { userId } = ask.plan.caller;
  const config = configOf(ask, deps);
  try {
    const sent = { userId, holdId: `${ask.requestId}.0`, ttlMs: 1, config, buckets: [], record: "" };
    const reply = await deps.store.reserve(sent);
    if (reply.kind === "fill")
      await bring.fill({ userId, plan: ask.plan, config, at: deps.clock.now() + engine.offsetMs }, reply.known);
    if (reply.kind === "admitted")
      await deps.store.void({ userId, holdId: sent.holdId, at: reply.at, buckets: [], actual: [] });
  } catch (error) {
    engine.told.delete(ask.plan);
    deps.onFault({ kind: "store", error });
  }
}
