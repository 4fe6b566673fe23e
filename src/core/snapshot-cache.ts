import type { Clock } from "@/lib/clock";
import { createSingleFlight, type SingleFlight } from "@/lib/single-flight";
import { createTaggedCache, type TaggedCache } from "@/lib/tagged-cache";
import type { AuthSnapshot, AuthSnapshots, AuthSource } from "./auth-snapshot";
import { AppError, toAppError } from "./errors";

/*
 * What the gateway knows about keys, without a database query on a hit (channels-and-rates.md A). Entries live for a TTL and are dropped
 * earlier by tag when the configuration changes; the last fifth of the TTL reloads in the background. A load that began before an
 * invalidation answers those who waited for it and nobody else, and is not stored. Unknown keys have a cache of their own, which any
 * change of keys empties, so that a new key works at once. While the database is down a known entry that no change has touched serves on
 * up to `staleMs` past its TTL; then, and for unknown keys, `auth_unavailable`.
 */

/** What the cache works with; times in ms. */
export type AuthSnapshotOptions = {
  readonly source: AuthSource;
  readonly clock: Clock;
  /** How long past its TTL an entry may serve while the source fails. */
  readonly staleMs: number;
  /** Life of an entry, 30 s, and of the knowledge that a key is unknown, 30 s; each +-10 %. */
  readonly ttlMs?: number;
  readonly negativeTtlMs?: number;
  readonly maxEntries?: number;
  readonly maxNegatives?: number;
  /** Loads under way at which further ones are refused with `auth_overloaded`. */
  readonly maxLoads?: number;
  /** A number in [0, 1), for the jitter. */
  readonly random?: () => number;
};

type Entry = { readonly snapshot: AuthSnapshot; readonly reloadAt: number; readonly expiresAt: number };

type State = Required<AuthSnapshotOptions> & {
  readonly entries: TaggedCache<Entry>;
  /** Digest of an unknown key -> until when that is believed. */
  readonly negatives: TaggedCache<number>;
  readonly flights: SingleFlight<AuthSnapshot | null>;
  /** Steps with every invalidation. */
  generation: number;
  /** When the source failed last, with no success since; null: it answers. */
  failedAt: number | null;
  staleServed: number;
};

/** While the source fails, each stale key asks it again at most this often. */
const RETRY_MS = 1000;
const ALL = "*";
/** Whose changes concern a snapshot: a group's those of its users, who are told as users when they join or leave. */
const SUBJECTS = ["key:", "user:", "group:"];

/** The cache in front of a source, with figures for the metrics. */
export function createAuthSnapshots(
  options: AuthSnapshotOptions,
): AuthSnapshots & { stats(): { entries: number; negatives: number; loads: number; staleServed: number } } {
  const { maxEntries = 50_000, maxNegatives = 10_000 } = options;
  const state: State = {
    ...{ ttlMs: 30_000, negativeTtlMs: 30_000, maxEntries, maxNegatives, maxLoads: 64, random: Math.random },
    ...options,
    entries: createTaggedCache(maxEntries),
    negatives: createTaggedCache(maxNegatives),
    flights: createSingleFlight(),
    ...{ generation: 0, failedAt: null, staleServed: 0 },
  };
  return {
    get: (digest) => find(state, digest),
    invalidate: (tags) => invalidate(state, tags),
    stats: () => ({
      entries: state.entries.size,
      negatives: state.negatives.size,
      loads: state.flights.running,
      staleServed: state.staleServed,
    }),
  };
}

function find(state: State, digest: string): AuthSnapshot | null | Promise<AuthSnapshot | null> {
  const now = state.clock.now();
  const entry = state.entries.get(digest);
  if (entry !== undefined) {
    if (now >= entry.reloadAt) return reload(state, digest, entry);
    return entry.snapshot;
  }
  const unknownUntil = state.negatives.get(digest);
  return unknownUntil !== undefined && now < unknownUntil ? null : load(state, digest);
}

/** An entry in its last fifth, past its TTL or stale: who can be answered from memory does not wait. */
function reload(state: State, digest: string, entry: Entry): AuthSnapshot | Promise<AuthSnapshot | null> {
  const now = state.clock.now();
  const isFresh = now < entry.expiresAt;
  const isOutage = state.failedAt !== null && now < entry.expiresAt + state.staleMs;
  if (!isFresh && !isOutage) return load(state, digest);
  if (!isFresh) state.staleServed++;
  const isDue = state.failedAt === null || now >= state.failedAt + RETRY_MS;
  if (isDue && state.flights.running < state.maxLoads) load(state, digest).catch(() => undefined);
  return entry.snapshot;
}

/** Loads a snapshot, sharing a load of the same key that is under way. */
function load(state: State, digest: string): Promise<AuthSnapshot | null> {
  if (!state.flights.has(digest) && state.flights.running >= state.maxLoads) {
    return Promise.reject(new AppError("auth_overloaded"));
  }
  return state.flights.run(digest, () => loadOnce(state, digest));
}

async function loadOnce(state: State, digest: string): Promise<AuthSnapshot | null> {
  const { generation } = state;
  try {
    const snapshot = await state.source.findByDigest(digest);
    state.failedAt = null;
    if (generation === state.generation) store(state, digest, snapshot);
    return snapshot;
  } catch (error) {
    const now = state.clock.now();
    state.failedAt = now;
    const entry = state.entries.get(digest);
    if (entry === undefined || now >= entry.expiresAt + state.staleMs) {
      throw new AppError("auth_unavailable", {}, { cause: toAppError(error) });
    }
    if (now >= entry.expiresAt) state.staleServed++;
    return entry.snapshot;
  }
}

function store(state: State, digest: string, snapshot: AuthSnapshot | null): void {
  const now = state.clock.now();
  const jitter = 0.9 + 0.2 * state.random();
  if (snapshot === null) {
    state.entries.delete(digest);
    state.negatives.set(digest, now + state.negativeTtlMs * jitter, []);
    return;
  }
  const ttl = state.ttlMs * jitter;
  state.negatives.delete(digest);
  const entry = { snapshot, reloadAt: now + 0.8 * ttl, expiresAt: now + ttl };
  const groups = snapshot.userGroups.map(({ id }) => `group:${id}`);
  state.entries.set(digest, entry, [`key:${snapshot.keyId}`, `user:${snapshot.userId}`, ...groups]);
}

function invalidate(state: State, tags: readonly string[]): void {
  const touched = tags.filter((tag) => tag === ALL || SUBJECTS.some((subject) => tag.startsWith(subject)));
  if (touched.length === 0) return;
  state.generation++;
  state.flights.forget();
  state.negatives.clear();
  if (touched.includes(ALL)) state.entries.clear();
  else for (const tag of touched) state.entries.dropTag(tag);
}
