import type { ConfigChange } from "./config/config-feed";
import type { AddressRules } from "./keys/address-rules";
import type { BoostRow, GroupMembership, LimitRow, RestartRow } from "./quota/limit";
import type { RateRow } from "./quota/rate-row";
import type { MaxConcurrent } from "./vocabulary";

/** What the gateway must know about a key to decide on a request: cached, invalidated by config version (channels-and-rates.md A). */
export type AuthSnapshot = {
  readonly keyId: number;
  readonly keyName: string;
  /** First characters of the secret, safe to show: `sk-sluice-Ab12`. */
  readonly keyPrefix: string;
  readonly keyEnabled: boolean;
  /** Epoch ms, null = never. During a rotation each secret carries its own end. */
  readonly expiresAt: number | null;
  /** Models the key may ask for; null = all. */
  readonly models: ReadonlySet<string> | null;
  readonly userId: number;
  readonly userName: string;
  readonly userEnabled: boolean;
  /** From where calls may come: the rules of the key and of the user, of those that have some. */
  readonly addressRules: readonly AddressRules[];
  /** Config version that the snapshot was read at. */
  readonly version: number;
  /** The user's groups by id. */
  readonly userGroups: readonly GroupMembership[];
  /** Limits of the user, of the user's groups and of the key. */
  readonly limits: readonly LimitRow[];
  /** Boosts of the user that had not ended when the snapshot was read. */
  readonly boosts: readonly BoostRow[];
  /** The newest restart of each `total` cell of the user and the key. */
  readonly restarts: readonly RestartRow[];
  /** Rates of everyone, of the user, of the user's groups with their overrides for the user, and of the key. */
  readonly rates: readonly RateRow[];
  /** How many requests may run at once: of the user, over all keys, and of the key. */
  readonly maxConcurrent: { readonly user: MaxConcurrent; readonly key: MaxConcurrent };
};

/** The port that reads one snapshot: by SHA-256 digest of the secret, as 64 lower-case hex digits. Null: unknown. */
export type AuthSource = { findByDigest(digest: string): Promise<AuthSnapshot | null> };

/** Port: snapshots that replicas share. Neither method fails: a store that does not answer has nothing. */
export type SharedSnapshots = {
  /** `isDue`: in the last fifth of its life. */
  read(digest: string): Promise<{ readonly snapshot: AuthSnapshot; readonly isDue: boolean } | null>;
  /** Shares what was just read from the source; a newer version stays. */
  write(digest: string, snapshot: AuthSnapshot): void;
};

/** Hears how look-ups of keys went, for the metrics: this process (l1), shared snapshots (l2) and the source (db). */
export type AuthLookups = {
  /** `stale` served past its TTL; `negative`: known to be unknown. A `miss` of the source is a failure. */
  counted(layer: AuthLayer, result: "hit" | "miss" | "negative" | "stale"): void;
  loaded(layer: Exclude<AuthLayer, "l1">, durationMs: number): void;
};
/** Where a snapshot was looked for. */
export type AuthLayer = "l1" | "l2" | "db";

/** The cache in front of it (negative caching, single flight). */
export type AuthSnapshots = {
  /**
   * Resolves the snapshot of a digest, or null for an unknown key. A hit answers without a promise, so that the hot path need not wait.
   * Throws `auth_unavailable` when the source fails and nothing usable is cached, `auth_overloaded` when too many loads run.
   * @param mayLookUp called before anything is done for a digest of which no snapshot is cached; throws to refuse it
   */
  get(digest: string, mayLookUp?: () => void): AuthSnapshot | null | Promise<AuthSnapshot | null>;
  /** Outdates what a config change touched. Tags: `key:3`, `user:7`, `group:2`, `*`. */
  follow(change: ConfigChange): void;
};
