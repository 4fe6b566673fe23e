import type { QuotaResult } from "./quota";
import type { Asked, QuotaDeps } from "./quota-engine";

/** What a request reads of the counters that stands behind others without having asked. */
export type QueuedDeps = Pick<QuotaDeps, "store" | "onFault">;

/** The refusal by a rate of a request that would queue behind others without having asked itself (channels-and-rates.md R7). */
export async function limitedNow({ ask, sent }: Asked, deps: QueuedDeps): Promise<QuotaResult | null> {
  const { rates } = ask;
  if (rates === undefined || rates.counters.length === 0) return null;
  try {
    const { at, lines } = await deps.store.readRates(sent.userId, rates.counters);
    const by = lines.findIndex(({ waitMs }) => waitMs > 0);
    if (by === -1) return null;
    const waitMs = lines.reduce((longest, line) => Math.max(longest, line.waitMs), 0);
    return { kind: "limited", by, used: lines[by]?.used ?? 0, waitMs, at, rates, lines };
  } catch (error) {
    deps.onFault({ kind: "store", error });
    return null;
  }
}

/** The refusal of a request that queues behind others without having asked itself. Null: the counters cannot be read just now. */
export async function contendedNow(asked: Asked, bucket: string, deps: QueuedDeps): Promise<QuotaResult | null> {
  const { sent, resolution } = asked;
  try {
    const seen = await deps.store.peek(sent);
    if (seen === null) return null;
    const index = sent.buckets.findIndex(({ id }) => id === bucket);
    const refusal = { reason: "contended" as const, bucket: Math.max(0, index), ...seen, asks: sent.buckets };
    return { kind: "refused", ...refusal, resolution };
  } catch (error) {
    deps.onFault({ kind: "store", error });
    return null;
  }
}
