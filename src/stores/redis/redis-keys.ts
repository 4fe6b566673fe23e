import type { BucketRef } from "@/core/quota/quota-store";

/*
 * Names of all keys (quota.md section 4). What belongs to one user carries its hash tag, so that a domain lies in one slot of a cluster; `q1` is the
 * number of the layout.
 */

const OPEN_SHARDS = 16;

/** The keys of one user's domain. */
export type DomainKeys = {
  /** Hash: epoch, sequence, axes, `total` buckets. */
  readonly meta: string;
  /** Sorted set: open holds and those in limbo by expiry, epoch ms. */
  readonly open: string;
  /** Who rebuilds. */
  readonly lock: string;
  hold(holdId: string): string;
  /** A hash of its own, but for `total`, which lies in `meta`. */
  bucket(ref: Pick<BucketRef, "id" | "kind">): string;
};

/** The keys of a user. */
export function domainKeys(userId: number): DomainKeys {
  const meta = `sl:{u:${userId}}:q1`;
  return {
    meta,
    open: `${meta}:x`,
    lock: `${meta}:l`,
    hold: (holdId) => `${meta}:h:${holdId}`,
    bucket: ({ id, kind }) => (kind === "total" ? meta : `${meta}:b:${id}`),
  };
}

/** The sorted set that names a user while holds are open: by the expiry of one of them, epoch ms. */
export function openUsersKey(userId: number): string {
  return `sl:open:${userId % OPEN_SHARDS}`;
}

/** All of these sets. */
export function openUsersKeys(): readonly string[] {
  return Array.from({ length: OPEN_SHARDS }, (_, shard) => `sl:open:${shard}`);
}
