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

/** The cache in front of it (negative caching, single flight). */
export type AuthSnapshots = {
  /**
   * Resolves the snapshot of a digest, or null for an unknown key. A hit answers without a promise, so that the hot path need not wait.
   * Throws `auth_unavailable` when the source fails and nothing usable is cached, `auth_overloaded` when too many loads run.
   */
  get(digest: string): AuthSnapshot | null | Promise<AuthSnapshot | null>;
  /** Drops what a config change touched. Tags: `key:3`, `user:7`, `group:2`, `*`. */
  invalidate(tags: readonly string[]): void;
};
