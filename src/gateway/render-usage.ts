import type { ConfigSnapshot } from "@/core/config-snapshot";
import type { LimitRow } from "@/core/quota/limit";
import { quotaTexts } from "@/core/quota/quota-texts";
import type { QuotaItem, QuotaReading } from "@/core/quota/read-quotas";
import type { RenderedError } from "@/protocols/protocol";
import type { Caller } from "./exchange";

/** Whose numbers are rendered, under which configuration. */
export type UsageContext = { readonly caller: Caller; readonly config: ConfigSnapshot };

/**
 * The body of `GET /v1/usage` (quota.md Q64): every limit of the key and its user, and nothing of anybody else's. Amounts are decimal texts;
 * a limit that is not counted has no cap.
 */
export function renderUsage({ at, source, items }: QuotaReading, context: UsageContext): RenderedError {
  const body = {
    object: "usage",
    as_of: isoOf(at),
    zone: context.config.settings.timeZone,
    source,
    rates: [],
    limits: items.map((item) => limitOf(item, context)),
  };
  return {
    status: 200,
    headers: { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" },
    body: Buffer.from(JSON.stringify(body)),
  };
}

function limitOf(item: QuotaItem, { caller, config }: UsageContext) {
  const { axis, modelGroupId, unit, window, mode, state, enforcement, winner } = item.cell;
  const { cap, boost, used, held, left } = quotaTexts(item);
  return {
    id: winner.id,
    axis,
    target: modelGroupId === null ? "global" : { model_group: config.modelGroups.get(modelGroupId)?.name ?? "" },
    ...{ unit, window, mode, state, cap, boost, used, held, left },
    resets_at: item.resetsAt === null ? null : isoOf(item.resetsAt),
    source: sourceOf(winner, caller),
    enforcement,
  };
}

/** `user`, `key` or `group:<name>`: whose row decides. */
function sourceOf({ subjectType, subjectId }: LimitRow, { userGroups }: Caller): string {
  if (subjectType !== "user_group") return subjectType;
  return `group:${userGroups.find(({ id }) => id === subjectId)?.name ?? ""}`;
}

function isoOf(at: number): string {
  return new Date(at).toISOString();
}
