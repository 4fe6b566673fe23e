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
  /** Sorted set: running requests by the end of their lease, epoch ms; the scripts make the same names, and those of rates behind `:r:`. */
  readonly running: string;
  /** Those of one key. */
  runningOfKey(keyId: number): string;
  /** A hash of its own, but for `total`, which lies in `meta`. */
  bucket(ref: Pick<BucketRef, "id" | "kind">): string;
};

/** The keys of one channel's slots (channels-and-rates.md 2.3). */
export type SlotKeys = {
  /** Sorted set: token of a slot by the expiry of its lease, store ms. */
  readonly lease: string;
  /** Sorted set: token of a waiter by ticket number. */
  readonly queue: string;
  /** The last ticket number: store time in microseconds, or one above the number before. */
  readonly seq: string;
  /** Hash: token of a waiter to its key and since when it waits. */
  readonly ticket: string;
  /** Sorted set: token of a waiter by the expiry of its ticket. */
  readonly ticketExpiry: string;
  /** Hash: how many of a key wait. */
  readonly byKey: string;
  /** Hash: version, limiter, epoch, mean hold time. */
  readonly config: string;
  /** Hash: slots by replica that no limiter counts, for display. */
  readonly off: string;
};

/** The names of one installation. */
export type RedisKeys = {
  /** The keys of a user. */
  domain(userId: number): DomainKeys;
  /** The sorted set that names a user while holds are open: by when to look at them, epoch ms, before any of them is over. */
  openUsers(userId: number): string;
  /** All of these sets. */
  allOpenUsers(): readonly string[];
  /** The slots of a channel. */
  slots(channelId: number): SlotKeys;
  /** Texts: the windows of a channel's requests and tokens per minute. */
  rates(channelId: number): { readonly rpm: string; readonly tpm: string };
  /** With the name of a replica behind it: the channel that tells it of its waiters. */
  readonly wakes: string;
  /** The channel that all replicas listen to. */
  readonly peers: string;
  /** The list that takes the answers to one question of a replica. */
  answers(questionId: string): string;
  /** Hash: how channels stand. In one slot with the probes. */
  readonly channelNews: string;
  /** Hash: what the replicas counted lately at their channels. */
  readonly liveReports: string;
  /** Who probes a channel. */
  probe(channelId: number): string;
  /** Which channels a conversation prefers, by its digest; where a stored response is, by the digest of its id. */
  conversation(name: string): string;
  response(digest: string): string;
  /** What is known of an API key, by the form of the text and the SHA-256 of the key. */
  snapshot(schema: string, digest: string): string;
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
        running: `${meta}:n`,
        runningOfKey: (keyId) => `${meta}:n:k${keyId}`,
        bucket: ({ id, kind }) => (kind === "total" ? meta : `${meta}:b:${id}`),
      };
    },
    openUsers: (userId) => `${prefix}open:${userId % OPEN_SHARDS}`,
    allOpenUsers: () => Array.from({ length: OPEN_SHARDS }, (_, shard) => `${prefix}open:${shard}`),
    slots(channelId) {
      const base = `${prefix}{c:${channelId}}:`;
      return {
        ...{ lease: `${base}lease`, queue: `${base}queue`, seq: `${base}seq`, ticket: `${base}ticket` },
        ...{ ticketExpiry: `${base}texp`, byKey: `${base}bykey`, config: `${base}cfg`, off: `${base}off` },
      };
    },
    rates: (channelId) => ({ rpm: `${prefix}{c:${channelId}}:rpm`, tpm: `${prefix}{c:${channelId}}:tpm` }),
    wakes: `${prefix}wake:`,
    peers: `${prefix}peers`,
    answers: (questionId) => `${prefix}answers:${questionId}`,
    channelNews: `${prefix}{channels}:news`,
    liveReports: `${prefix}{channels}:live`,
    probe: (channelId) => `${prefix}{channels}:probe:${channelId}`,
    conversation: (name) => `${prefix}talk:${name}`,
    response: (digest) => `${prefix}response:${digest}`,
    snapshot: (schema, digest) => `${prefix}auth:${schema}:${digest}`,
  };
}
