import type { Clock } from "@/lib/clock";
import { createLruCache, type LruCache } from "@/lib/lru-cache";
import { createSingleFlight, type SingleFlight } from "@/lib/single-flight";
import type { AuthLookups, AuthSnapshot, AuthSnapshots, AuthSource, SharedSnapshots } from "./auth-snapshot";
import type { ConfigChange } from "./config/config-feed";
import { AppError, toAppError } from "./errors";
import { createTagMinimums, type TagMinimums } from "./tag-minimums";

/*
 * What the gateway knows about keys, without a database query on a hit (channels-and-rates.md A). An entry lives for a TTL from its read and is
 * used as long as no change has told a newer version of its key, user or groups; the last fifth of the TTL reloads in the background. Who asks
 * after a change joins no load that began before it. Unknown keys have a cache of their own, which any change of keys outdates, so that a new
 * key works at once. Snapshots of other replicas are asked for before the database. While the database is down a known entry that no change has
 * touched serves on up to `staleMs` past its TTL; then, and for unknown keys, `auth_unavailable`.
 */

/** What the cache works with; times in ms. */
export type AuthSnapshotOptions = {
  readonly source: AuthSource;
  readonly clock: Clock;
  /** How long past its TTL an entry may serve while the source fails. */
  readonly staleMs: number;
  /** Snapshots that other replicas have read; null: there are none. */
  readonly shared?: SharedSnapshots | null;
  readonly lookups?: AuthLookups;
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

type Entry = {
  readonly snapshot: AuthSnapshot;
  readonly tags: readonly string[];
  readonly reloadAt: number;
  readonly expiresAt: number;
  /** The generation in which no change was known that outdates it. */
  provenIn: number;
};

type State = Required<AuthSnapshotOptions> & {
  readonly entries: LruCache<Entry>;
  /** Unknown keys: until when that is believed, if no key has changed since the load began. */
  readonly negatives: LruCache<{ readonly until: number; readonly keysGeneration: number }>;
  readonly flights: SingleFlight<AuthSnapshot | null>;
  readonly minimums: TagMinimums;
  /** Steps with every change of a subject, and with every change of a key. */
  generation: number;
  keysGeneration: number;
  /** When the source failed last, with no success since; null: it answers. */
  failedAt: number | null;
};

/** While the source fails, each stale key asks it again at most this often. */
const RETRY_MS = 1000;
/** Minimums outlive every entry: one read from another replica at the end of its life, 330 s, lives 33 s here, and goes stale. */
const KEEP_MINIMUMS_MS = 900_000;
const MAX_LIFE_MS = 363_000;
const ALL = "*";
/** Whose changes concern a snapshot: a group's those of its users, who are told as users when they join or leave. */
const SUBJECTS = ["key:", "user:", "group:"];
const UNOBSERVED: AuthLookups = { counted() {}, loaded() {} };

/** The cache in front of a source, with figures for tests. */
export function createAuthSnapshots(
  options: AuthSnapshotOptions,
): AuthSnapshots & { stats(): { entries: number; negatives: number; loads: number } } {
  const { maxEntries = 50_000, maxNegatives = 10_000, clock, staleMs } = options;
  const state: State = {
    ...{ ttlMs: 30_000, negativeTtlMs: 30_000, maxEntries, maxNegatives, maxLoads: 64, random: Math.random },
    ...{ shared: null, lookups: UNOBSERVED },
    ...options,
    entries: createLruCache(maxEntries),
    negatives: createLruCache(maxNegatives),
    flights: createSingleFlight(),
    minimums: createTagMinimums(Math.max(KEEP_MINIMUMS_MS, MAX_LIFE_MS + staleMs), clock.now),
    ...{ generation: 0, keysGeneration: 0, failedAt: null },
  };
  return {
    get: (digest, mayLookUp) => find(state, digest, mayLookUp),
    follow: (change) => follow(state, change),
    stats: () => ({ entries: state.entries.size, negatives: state.negatives.size, loads: state.flights.running }),
  };
}

function find(
  state: State,
  digest: string,
  mayLookUp: (() => void) | undefined,
): AuthSnapshot | null | Promise<AuthSnapshot | null> {
  const now = state.clock.now();
  const entry = usableEntry(state, digest);
  if (entry !== null) {
    if (now >= entry.reloadAt) return reload(state, digest, entry);
    state.lookups.counted("l1", "hit");
    return entry.snapshot;
  }
  mayLookUp?.();
  const negative = state.negatives.get(digest);
  if (negative === undefined || now >= negative.until || negative.keysGeneration !== state.keysGeneration)
    return missed(state, digest);
  state.lookups.counted("l1", "negative");
  return null;
}

/** The entry of a digest, unless a change has outdated it (A3: judged on every read). */
function usableEntry(state: State, digest: string): Entry | null {
  const entry = state.entries.get(digest);
  if (entry === undefined) return null;
  if (entry.provenIn === state.generation) return entry;
  if (!state.minimums.isUsable(entry.snapshot.version, entry.tags)) return null;
  entry.provenIn = state.generation;
  return entry;
}

/** An entry in its last fifth, past its TTL or stale: who can be answered from memory does not wait, nor for the loads of unknown keys. */
function reload(state: State, digest: string, entry: Entry): AuthSnapshot | Promise<AuthSnapshot | null> {
  const now = state.clock.now();
  const isFresh = now < entry.expiresAt;
  const isCrowded = state.flights.running >= state.maxLoads;
  const mayBeStale = (state.failedAt !== null || isCrowded) && now < entry.expiresAt + state.staleMs;
  if (!isFresh && !mayBeStale) return missed(state, digest);
  state.lookups.counted("l1", isFresh ? "hit" : "stale");
  const isDue = state.failedAt === null || now >= state.failedAt + RETRY_MS;
  if (isDue && !isCrowded) load(state, digest).catch(() => undefined);
  return entry.snapshot;
}

function missed(state: State, digest: string): Promise<AuthSnapshot | null> {
  state.lookups.counted("l1", "miss");
  return load(state, digest);
}

/** Loads a snapshot, sharing a load of the same key that is under way. */
function load(state: State, digest: string): Promise<AuthSnapshot | null> {
  if (!state.flights.has(digest) && state.flights.running >= state.maxLoads) {
    return Promise.reject(new AppError("auth_overloaded"));
  }
  const { shared } = state;
  return state.flights.run(digest, () =>
    shared === null ? readSource(state, digest) : readShared(state, digest, shared),
  );
}

/** What another replica has read, else the source. A snapshot in its last fifth is read anew behind the back. */
async function readShared(state: State, digest: string, shared: SharedSnapshots): Promise<AuthSnapshot | null> {
  const startedAt = state.clock.monotonic();
  const found = await shared.read(digest);
  state.lookups.loaded("l2", state.clock.monotonic() - startedAt);
  const isUsable = found !== null && state.minimums.isUsable(found.snapshot.version, tagsOf(found.snapshot));
  state.lookups.counted("l2", isUsable ? "hit" : "miss");
  if (!isUsable) return readSource(state, digest);
  keep(state, { digest, snapshot: found.snapshot, readAt: state.clock.now() });
  if (found.isDue && state.flights.running < state.maxLoads)
    state.flights.run(`source:${digest}`, () => readSource(state, digest)).catch(() => undefined);
  return found.snapshot;
}

async function readSource(state: State, digest: string): Promise<AuthSnapshot | null> {
  const { keysGeneration, clock, lookups } = state;
  const [readAt, startedAt] = [clock.now(), clock.monotonic()];
  try {
    const snapshot = await state.source.findByDigest(digest);
    state.failedAt = null;
    lookups.loaded("db", clock.monotonic() - startedAt);
    lookups.counted("db", snapshot === null ? "negative" : "hit");
    if (snapshot === null) forget(state, { digest, readAt, keysGeneration });
    else if (keep(state, { digest, snapshot, readAt })) state.shared?.write(digest, snapshot);
    return snapshot;
  } catch (error) {
    lookups.counted("db", "miss");
    return servedStale(state, digest, error);
  }
}

function servedStale(state: State, digest: string, error: unknown): AuthSnapshot {
  const now = state.clock.now();
  state.failedAt = now;
  const entry = usableEntry(state, digest);
  if (entry === null || now >= entry.expiresAt + state.staleMs) {
    throw new AppError("auth_unavailable", {}, { cause: toAppError(error) });
  }
  if (now >= entry.expiresAt) state.lookups.counted("l1", "stale");
  return entry.snapshot;
}

type Read = { readonly digest: string; readonly snapshot: AuthSnapshot; readonly readAt: number };

/** Keeps what was read unless a newer one is kept; its age counts from the read. False: it was outdated before it arrived. */
function keep(state: State, { digest, snapshot, readAt }: Read): boolean {
  const tags = tagsOf(snapshot);
  if (!state.minimums.isUsable(snapshot.version, tags)) return false;
  const kept = state.entries.get(digest);
  if (kept !== undefined && kept.snapshot.version > snapshot.version) return false;
  const ttl = state.ttlMs * jitter(state);
  state.negatives.delete(digest);
  const { generation } = state;
  state.entries.set(digest, {
    ...{ snapshot, tags, reloadAt: readAt + 0.8 * ttl, expiresAt: readAt + ttl },
    provenIn: generation,
  });
  return true;
}

/** Keeps that a key is unknown, for as long as no key changes after the load began. */
function forget(state: State, read: { digest: string; readAt: number; keysGeneration: number }): void {
  const { digest, readAt, keysGeneration } = read;
  if (keysGeneration !== state.keysGeneration) return;
  state.entries.delete(digest);
  state.negatives.set(digest, { until: readAt + state.negativeTtlMs * jitter(state), keysGeneration });
}

const jitter = (state: State) => 0.9 + 0.2 * state.random();

function tagsOf({ keyId, userId, userGroups }: AuthSnapshot): readonly string[] {
  return [`key:${keyId}`, `user:${userId}`, ...userGroups.map(({ id }) => `group:${id}`)];
}

function follow(state: State, { tags, version }: ConfigChange): void {
  const touched = tags.filter((tag) => tag === ALL || SUBJECTS.some((subject) => tag.startsWith(subject)));
  if (touched.length === 0) return;
  state.generation++;
  if (touched.some((tag) => tag === ALL || tag.startsWith("key:"))) state.keysGeneration++;
  state.minimums.raise(touched, version);
  state.flights.forget();
}
