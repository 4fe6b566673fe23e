import type { BucketRef } from "./quota-store";

/** What a hold may be billed until its first renewal (quota.md Q38): its expected cost in nano-USD, 0 when no bucket counts usd. */
export function initialCeiling(buckets: readonly (BucketRef & { readonly est: number })[]): number {
  return buckets.find((bucket) => bucket.id.includes(":usd:"))?.est ?? 0;
}
