import type { BucketRef } from "@/core/quota/quota-store";
import type { RedisClient } from "./client";

/*
 * Names of all keys (quota.md section 4). All begin with the identity of the database, so that installations that share a Redis, or come one after
 * the other, never take each other's counters for their own. What belongs to one user carries its hash tag, so that a domain lies in one slot of
 * a cluster; `q1` is the number of the layout.
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

/** The names of one installation. */
export type RedisKeys = {
  /** The keys of a user. */
  domain(userId: number): DomainKeys;
  /** The sorted set that names a user while holds are open: by when to look at them, epoch ms, before any of them is over. */
  openUsers(userId: number): string;
  /** All of these sets. */
  allOpenUsers(): readonly string[];
  /** The channel that all replicas listen to. */
  readonly peers: string;
  /** The list that takes the answers to one question of a replica. */
  answers(questionId: string): string;
};

/** Where the counters of one installation lie. */
export type CounterPlace = { readonly client: RedisClient; readonly keys: RedisKeys };

/** The names of the installation on the database of that identity. */
export function redisKeys(databaseId: string): RedisKeys {
  const prefix = `sl:${databaseId}:`;
  const userPrefix = `${prefix}{u:`;
  return {
    domain(userId) {
      const meta = `${userPrefix}${userId}}:q1`;
      return {
        meta,
        open: `${meta}:x`,
        lock: `${meta}:l`,
        hold: (holdId) => `${meta}:h:${holdId}`,
        bucket: ({ id, kind }) => (kind === "total" ? meta : `${meta}:b:${id}`),
      };
    },
    openUsers: (userId) => `${prefix}open:${userId % OPEN_SHARDS}`,
    allOpenUsers: () => Array.from({ length: OPEN_SHARDS }, (_, shard) => `${prefix}open:${shard}`),
    peers: `${prefix}peers`,
    answers: (questionId) => `${prefix}answers:${questionId}`,
  };
}
