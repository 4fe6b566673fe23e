import type { LimitAxis, LimitUnit } from "../vocabulary";
import type { BucketLine, HeldBucket } from "./quota-store";
import type { RateLine } from "./rate-ask";
import type { LimitTarget, Resolution } from "./resolve-limits";
import type { RateCounter } from "./resolve-rates";

/** What a request costs or may cost in each unit: nano-USD, tokens, requests. */
export type Amounts = Readonly<Record<LimitUnit, number>>;

/** Expected and largest amounts of a request (quota.md Q32). */
export type Demand = {
  readonly est: Amounts;
  /** With the clamp of `worstCaseOutputTokens`. */
  readonly worst: Amounts;
  /** Without it, for `strict` limits. */
  readonly strictWorst: Amounts;
};

/** A bucket of a hold with what is held in it. */
export type HoldBucket = HeldBucket & { readonly est: number; readonly worst: number };

/** Start of a fixed 5h window that a request found or opened (quota.md Q16). */
export type WindowAnchor = {
  readonly axis: LimitAxis;
  readonly subjectId: number;
  /** 0: global. */
  readonly modelGroupId: number;
  readonly unit: LimitUnit;
  /** Epoch ms. */
  readonly startedAt: number;
};

/** Spend reserved for a running request; without buckets when no limit applies. */
export type Hold = {
  /** `<request id>.<no>` */
  readonly id: string;
  readonly requestId: string;
  /** Number of the reserve within the request, from 1. */
  readonly no: number;
  readonly userId: number;
  readonly keyId: number;
  readonly target: LimitTarget;
  /** Admission by the store's clock, epoch ms. */
  readonly at: number;
  readonly buckets: readonly HoldBucket[];
  /** What each bucket held before this hold; null when the answer was lost or the counters did not answer. */
  readonly lines: readonly BucketLine[] | null;
  /** Rates that it took a unit of, and what each had counted before; lines are null as above. Absent: none applies. */
  readonly rates?:
    | { readonly counters: readonly RateCounter[]; readonly lines: readonly RateLine[] | null }
    | undefined;
  readonly resolution: Resolution;
  readonly counted: Resolution["counted"];
  /** Admitted while the counters did not answer (quota.md Q57). */
  readonly failOpen: boolean;
  readonly record: string;
};

/** Id of a hold. */
export function holdIdOf(requestId: string, no: number): string {
  return `${requestId}.${no}`;
}

/** The request of a hold. */
export function requestIdOfHold(holdId: string): string {
  return holdId.slice(0, holdId.indexOf("."));
}

/** The unit that a bucket counts, read off its id. */
export function unitOfBucket(id: string): LimitUnit {
  const first = id.charCodeAt(id.indexOf(":", id.indexOf(":") + 1) + 1);
  if (first === USD) return "usd";
  return first === TOKENS ? "tokens" : "requests";
}

/** First letters of the units: their names differ in these. */
const USD = "u".charCodeAt(0);
const TOKENS = "t".charCodeAt(0);

/** Amounts in the order of a hold's buckets. */
export function amountsFor(buckets: readonly { readonly id: string }[], amounts: Amounts): readonly number[] {
  return buckets.map(({ id }) => amounts[unitOfBucket(id)]);
}

/** The fixed windows that a hold was placed in. */
export function anchorsOf({ buckets, resolution }: Pick<Hold, "buckets" | "resolution">): readonly WindowAnchor[] {
  return buckets.flatMap(({ kind, slot }, index) => {
    const cell = resolution.buckets[index]?.cell;
    if (kind !== "fixed" || cell === undefined) return [];
    const { axis, subjectId, unit } = cell;
    return [{ axis, subjectId, modelGroupId: cell.modelGroupId ?? 0, unit, startedAt: slot * 1000 }];
  });
}
