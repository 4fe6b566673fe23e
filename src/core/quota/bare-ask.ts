import type { BucketAsk } from "./quota-store";
import type { ResolvedBucket } from "./resolve-limits";

/** A reader's ask of a bucket: it needs nothing. */
export function bareAsk({ id, kind, start, end, cap, cell }: ResolvedBucket): BucketAsk {
  return { id, kind, start, end, cap, est: 0, worst: 0, enforcement: cell.enforcement };
}
