import { DENIAL_CODES, type Denial } from "./denial";
import type { LimitCell } from "./limit-cell";
import type { QuotaResult } from "./quota";
import type { BucketAsk, BucketLine } from "./quota-store";

/** A result that is no admission and that the client is told of. */
export type Denied = Extract<QuotaResult, { kind: "refused" | "blocked" | "unavailable" }>;

/** What a denial needs besides the answer of the counters. */
export type DenialContext = {
  /** Name of the request's model group; null: none. */
  readonly groupName: string | null;
  /** Output tokens that would fit into what is left of a bucket. */
  affordable(ask: BucketAsk, left: number, cell: LimitCell): number | null;
};

/** The denial of a request: the named limit, its numbers, its reset, and the longest wait of all limits that refuse it (quota.md Q30, Q61). */
export function denialOf(denied: Denied, context: DenialContext): Denial {
  if (denied.kind === "blocked") return { ...NO_NUMBERS, ...subjectOf(denied.cell, context), ...reasonOf("blocked") };
  const bucket = denied.resolution.buckets[denied.bucket];
  if (bucket === undefined) throw new RangeError("a refusal names a bucket of its request");
  const subject = { ...subjectOf(bucket.cell, context), cap: bucket.cap, boost: bucket.boost };
  if (denied.kind === "unavailable") return { ...NO_NUMBERS, ...subject, ...reasonOf("unavailable") };
  const { asks, lines, at, reason } = denied;
  const ask = asks[denied.bucket];
  const line = lines[denied.bucket];
  if (ask === undefined || line === undefined) throw new RangeError("a refusal has a line per bucket");
  const left = Math.max(0, bucket.cap - line.settled - line.held);
  return {
    ...subject,
    ...reasonOf(reason),
    used: line.settled,
    held: line.held,
    estimate: needOf(ask),
    left,
    affordableOutputTokens:
      reason === "too_large" ? context.affordable(ask, bucket.cap - line.settled, bucket.cell) : null,
    resetsAt: line.resetsAt,
    retryAfterMs: reason === "contended" ? null : longestWait({ asks, lines, at }),
  };
}

/** What a limit needs of a request: its worst case in `strict`, else its expected amount. */
function needOf({ enforcement, est, worst }: BucketAsk): number {
  return enforcement === "strict" ? worst : est;
}

type Lines = { readonly asks: readonly BucketAsk[]; readonly lines: readonly BucketLine[]; readonly at: number };

/** ms until every limit that refuses for good has room again; null when one never has. */
function longestWait({ asks, lines, at }: Lines): number | null {
  let wait = 0;
  for (const [index, { verdict, resetsAt }] of lines.entries()) {
    if (verdict === "fits" || verdict === "contended" || asks[index]?.enforcement === "shadow") continue;
    if (resetsAt === null) return null;
    wait = Math.max(wait, resetsAt - at);
  }
  return wait;
}

function reasonOf<Reason extends Denial["reason"]>(reason: Reason) {
  return { reason, code: DENIAL_CODES[reason] };
}

function subjectOf(cell: LimitCell, { groupName }: DenialContext) {
  const { axis, unit, window, mode, enforcement, winner, modelGroupId } = cell;
  const targetType = modelGroupId === null ? ("global" as const) : ("group" as const);
  const target = modelGroupId === null ? "global" : (groupName ?? "");
  return {
    axis,
    subjectType: winner.subjectType,
    targetType,
    target,
    unit,
    window,
    mode,
    enforcement,
    limitId: winner.id,
  };
}

const NO_NUMBERS = {
  cap: null,
  boost: 0,
  used: null,
  held: null,
  estimate: null,
  left: null,
  affordableOutputTokens: null,
  resetsAt: null,
  retryAfterMs: null,
};
