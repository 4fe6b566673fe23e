import type { JudgedLimit } from "@/core/decision";
import type { AppError } from "@/core/errors";
import type { Denied } from "@/core/quota/denial-of";
import type { Hold } from "@/core/quota/hold";
import type { ModelGroup } from "@/core/quota/limit";
import type { LimitStanding } from "@/core/quota/limit-standing";
import type { LimitedResult } from "@/core/quota/quota";
import type { BucketAsk, BucketLine } from "@/core/quota/quota-store";
import { type MeasuredRates, type RateStanding, tightestRpm } from "@/core/quota/rate-standing";
import type { ResolvedBucket } from "@/core/quota/resolve-limits";
import { type RefusedByRate, rateSteps } from "@/core/rate-steps";

/** What was asked of the buckets of a request and what was found there. */
export type Measured = {
  readonly buckets: readonly ResolvedBucket[];
  readonly asks: readonly Pick<BucketAsk, "est" | "worst">[];
  /** null: the counters did not answer. */
  readonly lines: readonly BucketLine[] | null;
  /** The request's model group; null: none. */
  readonly group: ModelGroup | null;
  /** Where its tightest rate per minute stands; null: none applies. */
  readonly rate: RateStanding | null;
  /** Set when a rate or the number of requests at once refused it. */
  readonly refusedBy?: RefusedByRate;
};

/**
 * What a hold was measured by; null: neither a limit, a rate nor a model group applies. `first` is the hold under which the request was first
 * sent: that one took its units of rates per minute, later ones ask for none (channels-and-rates.md R9).
 */
export function measureIfAny(hold: Hold, group: ModelGroup | null, first: Hold = hold): Measured | null {
  const { rates } = first;
  if (group === null && hold.buckets.length === 0 && hold.rates === undefined && rates === undefined) return null;
  const { buckets } = hold.resolution;
  return { buckets, asks: hold.buckets, lines: hold.lines, group, rate: rateOf(rates, true) };
}

/** A request that was not admitted: its model group, and the hold under which it was sent before; null: neither. */
export type DeniedRequest = { readonly group: ModelGroup | null; readonly first: Hold | null };

/** What a request was measured by that was not admitted. A block asks no counter. */
export function measuredOf(denied: Denied, { group, first }: DeniedRequest): Measured {
  const { buckets } = denied.resolution;
  const rates = denied.kind === "refused" ? denied.rates : undefined;
  const rate = first === null ? rateOf(rates, false) : rateOf(first.rates, true);
  if (denied.kind === "refused") return { buckets, asks: denied.asks, lines: denied.lines, group, rate };
  return { buckets: [], asks: [], lines: null, group, rate };
}

/** What a request was measured by that a rate refused: no bucket was asked. `model` is the one that it named. */
export function ratedBy(limited: LimitedResult, { group, first }: DeniedRequest, model: string): Measured {
  const found = { counters: limited.rates.counters, lines: limited.lines };
  const rate = first === null ? rateOf(found, false) : rateOf(first.rates, true);
  const refusedBy = rateSteps(limited, { groupName: group?.name ?? null, model });
  return { buckets: [], asks: [], lines: null, group, rate, refusedBy };
}

function rateOf(rates: MeasuredRates | undefined, isAdmitted: boolean): RateStanding | null {
  return rates === undefined ? null : tightestRpm(rates, isAdmitted);
}

/** The measure that the error of a denial carries as its cause; null for any other error. */
export function measureIn({ cause }: AppError): Measured | null {
  const isMeasure = typeof cause === "object" && cause !== null && "lines" in cause && "asks" in cause;
  return isMeasure ? (cause as Measured) : null;
}

/** Every limit that a request was measured by, for its decision. */
export function judgedLimits({ buckets, asks, lines, group }: Measured): readonly JudgedLimit[] {
  return buckets.map((bucket, index) => {
    const { cell, cap, boost } = bucket;
    const line = lines?.[index];
    const ask = asks[index];
    return {
      ...named(bucket, group),
      source: { kind: cell.winner.subjectType, id: cell.winner.subjectId },
      ...{ mode: cell.mode, enforcement: cell.enforcement, cap, boost },
      used: line?.settled ?? null,
      held: line?.held ?? null,
      est: ask?.est ?? 0,
      worst: ask?.worst ?? 0,
      verdict: line?.verdict ?? "fits",
      resetsAt: line?.resetsAt ?? null,
    };
  });
}

/** Where the limits of a request stand, as its reply tells: an admitted one counts itself (protocols-and-pricing.md 2.4). */
export function standingsOf({ buckets, asks, lines }: Measured, isAdmitted: boolean): readonly LimitStanding[] {
  if (lines === null) return [];
  return buckets.map((bucket, index) => {
    const line = lines[index];
    const { cap, item } = bucket;
    const { winner, axis, unit, window } = bucket.cell;
    const used = line?.settled ?? 0;
    const held = (line?.held ?? 0) + (isAdmitted ? (asks[index]?.est ?? 0) : 0);
    const resetsAt = line?.resetsAt ?? null;
    // One object, without a spread: this is made for every limit of every reply.
    return { limitId: winner.id, axis, unit, window, cap, used, held, resetsAt, item };
  });
}

function named({ cell }: ResolvedBucket, group: ModelGroup | null) {
  const { winner, axis, unit, window, modelGroupId } = cell;
  const targetType = modelGroupId === null ? ("global" as const) : ("group" as const);
  return {
    limitId: winner.id,
    axis,
    targetType,
    target: modelGroupId === null ? "global" : (group?.name ?? ""),
    unit,
    window,
  };
}
