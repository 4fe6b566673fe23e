import { namedBucket } from "./admission";
import { asksFor } from "./asks-for";
import type { DegradedAdmission } from "./degraded-admission";
import type { Denied } from "./denial-of";
import type { FailureRules } from "./failure-policy";
import type { Demand } from "./hold";
import { ledgerLines } from "./ledger-lines";
import { type Peeked, peekBuckets, type ReadCaller } from "./peek-buckets";
import type { BucketAsk, BucketLine } from "./quota-store";
import type { ReadQuotasDeps } from "./read-quotas";
import type { LimitTarget, Resolution } from "./resolve-limits";

/** A request that is not made: whose limits, what it asks for, and what it would need of each unit. */
export type PreviewAsk = ReadCaller & {
  readonly target: LimitTarget;
  readonly rules: FailureRules;
  demand(): Demand;
};

/** What judging it works with. */
export type PreviewDeps = ReadQuotasDeps & { readonly degraded: Pick<DegradedAdmission, "preview"> };

/** What a reserve would answer now. A wait for room is not tried: `contended` is told at once. */
export type Preview =
  | {
      readonly kind: "passes";
      readonly resolution: Resolution;
      readonly asks: readonly BucketAsk[];
      readonly lines: readonly BucketLine[];
      readonly at: number;
    }
  /** The counters do not answer, and the failure policy admits it within the allowance (quota.md Q55). */
  | {
      readonly kind: "alone";
      readonly resolution: Resolution;
      readonly asks: readonly BucketAsk[];
      readonly at: number;
    }
  | Denied;

/** Judges a request as a reserve would, by the same resolver and the same verdicts; places no hold and counts nothing. */
export async function previewReserve(ask: PreviewAsk, deps: PreviewDeps): Promise<Preview> {
  const { plan, target } = ask;
  const before = deps.now();
  const asked = plan.resolve(target, before);
  if (asked.blockedBy !== null) return { kind: "blocked", cell: asked.blockedBy, resolution: asked, at: before };
  const peeked = await peekBuckets(
    {
      ...ask,
      bucketsAt: (at) => plan.resolve(target, at).buckets,
      asksOf: (buckets) => asksFor(buckets, ask.demand()),
    },
    deps,
  );
  const found = peeked === "absent" ? await afterFill(ask, deps) : peeked;
  if (found === "away") {
    const { rules } = ask;
    return deps.degraded.preview({ plan, target, rules, demand: () => ask.demand(), at: before });
  }
  const { at, asks, lines } = found;
  const resolution = plan.resolve(target, at);
  const bucket = namedBucket(asks, lines);
  const reason = lines[bucket]?.verdict ?? "fits";
  if (reason === "fits") return { kind: "passes", resolution, asks, lines, at };
  return { kind: "refused", reason, resolution, asks, bucket, lines, at };
}

/** Counters that are not there are made from the ledger before a reserve is judged by them. */
async function afterFill(
  { plan, target, demand }: PreviewAsk,
  { history, now, onFault }: PreviewDeps,
): Promise<Omit<Peeked, "buckets"> | "away"> {
  const at = now();
  const { buckets } = plan.resolve(target, at);
  const asks = asksFor(buckets, demand());
  try {
    return { at, asks, lines: await ledgerLines({ userId: plan.caller.userId, buckets, asks, at }, history) };
  } catch (error) {
    onFault({ kind: "store", error });
    return "away";
  }
}
