import type { Demand } from "./hold";
import type { BucketAsk } from "./quota-store";
import type { ResolvedBucket } from "./resolve-limits";

/** The asks of a request: what it needs of each bucket by its enforcement. */
export function asksFor(buckets: readonly ResolvedBucket[], { est, worst, strictWorst }: Demand): readonly BucketAsk[] {
  return buckets.map(({ id, kind, start, end, cap, cell }) => {
    const { unit, enforcement } = cell;
    const most = enforcement === "strict" ? strictWorst[unit] : worst[unit];
    const need = est[unit];
    const slot = kind === "calendar" || kind === "total" ? start : undefined;
    return { id, kind, start, end, cap, enforcement, est: need, worst: Math.max(most, need), slot };
  });
}
