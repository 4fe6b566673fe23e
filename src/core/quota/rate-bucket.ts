/*
 * A bucket of requests that refills evenly, N per period, and holds `burst` at most (channels-and-rates.md R6): GCRA, kept as what was taken
 * and has not come back yet. One unit is as much as the period has ms, and N come back each ms, so that all steps are whole numbers. In any
 * period at most N + burst units pass.
 */

/** What is missing in a bucket at an instant. */
export type RateBucket = {
  /** Epoch ms. */
  readonly at: number;
  /** Units taken times the period in ms. */
  readonly taken: number;
};

/** How a bucket refills: `amount` units per period. */
export type BucketShape = { readonly amount: number; readonly burst: number; readonly periodMs: number };

/** A full bucket. */
export const FULL_BUCKET: RateBucket = { at: 0, taken: 0 };

/** The bucket at a later instant; a clock that went back refills nothing. */
export function refilled({ at, taken }: RateBucket, { amount }: BucketShape, now: number): RateBucket {
  if (now <= at) return { at, taken };
  return { at: now, taken: Math.max(0, taken - (now - at) * amount) };
}

/** ms until one unit may be taken (R8); 0: now. */
export function bucketWaitMs(bucket: RateBucket, shape: BucketShape, now: number): number {
  const over = refilled(bucket, shape, now).taken + shape.periodMs - shape.burst * shape.periodMs;
  return over <= 0 ? 0 : Math.ceil(over / shape.amount) + Math.max(0, bucket.at - now);
}

/** The bucket with one unit less. */
export function takeFromBucket(bucket: RateBucket, shape: BucketShape, now: number): RateBucket {
  const { at, taken } = refilled(bucket, shape, now);
  return { at, taken: taken + shape.periodMs };
}

/** The bucket with a unit given back that was taken at `takenAt`: what may have refilled since then is not given a second time. */
export function giveToBucket(
  bucket: RateBucket,
  shape: BucketShape,
  { takenAt, now }: { readonly takenAt: number; readonly now: number },
): RateBucket {
  const { at, taken } = refilled(bucket, shape, now);
  const left = Math.max(0, shape.periodMs - Math.max(0, now - takenAt) * shape.amount);
  return { at, taken: Math.max(0, taken - left) };
}
