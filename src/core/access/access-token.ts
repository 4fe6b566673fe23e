import type { Page, Role } from "../vocabulary";

/** An access token without its secret: what opens `/api/v1` in its owner's name. Instants are epoch ms. */
export type AccessTokenRow = {
  readonly id: number;
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** The admin who made it. */
  readonly userId: number;
  readonly userName: string;
  readonly name: string;
  /** First characters of the secret, safe to show: `at-sluice-Ab12`. */
  readonly prefix: string;
  /** What it may do at most; the operations know the words. */
  readonly scopes: readonly string[];
  /** null: never. */
  readonly expiresAt: number | null;
  readonly lastUsedAt: number | null;
  readonly revokedAt: number | null;
  /** The older secret of a rotation and when it ends; it may have ended. */
  readonly previous: { readonly prefix: string; readonly expiresAt: number } | null;
};

/** What is stored of a secret. `digest` is SHA-256 as 64 hex digits. */
export type AccessTokenSecret = { readonly digest: string; readonly prefix: string };
/** Writable columns of a new access token. */
export type AccessTokenValues = Pick<AccessTokenRow, "userId" | "name" | "scopes" | "expiresAt">;

export const ACCESS_TOKEN_STATES = ["active", "expired", "revoked"] as const;
/** How an access token stands. */
export type AccessTokenState = (typeof ACCESS_TOKEN_STATES)[number];

/** Filters of the list; absent = any. */
export type AccessTokenFilter = {
  readonly userId?: number;
  readonly standing?: { readonly state: AccessTokenState; readonly at: number };
};

/** How an access token stands at `at` (epoch ms); a revoked one stays revoked when it would have ended too. */
export function accessTokenStateAt(
  { revokedAt, expiresAt }: Pick<AccessTokenRow, "revokedAt" | "expiresAt">,
  at: number,
): AccessTokenState {
  if (revokedAt !== null) return "revoked";
  return expiresAt !== null && expiresAt <= at ? "expired" : "active";
}

/** Port: see its methods. */
export type AccessTokenStore = {
  /** Newest first; `after` is the id of the last row seen. */
  list(filter: AccessTokenFilter, page: { limit: number; after: number | null }): Promise<Page<AccessTokenRow>>;
  find(id: number): Promise<AccessTokenRow | null>;
  /** Throws name_taken (one name per owner among those that are not revoked). */
  insert(values: AccessTokenValues, secret: AccessTokenSecret): Promise<AccessTokenRow>;
  /** Throws version_conflict when `version` is stale, name_taken, not_found. */
  update(id: number, patch: Partial<Pick<AccessTokenRow, "name" | "scopes">>, version: number): Promise<AccessTokenRow>;
  /** Ends one at `at` (epoch ms), whatever its version; null when it has been revoked already or is unknown. */
  revoke(id: number, at: number): Promise<AccessTokenRow | null>;
  /** Ends all of an owner at `at` (epoch ms) that are not revoked yet; returns how many. */
  revokeOf(userId: number, at: number): Promise<number>;
  /** Makes `secret` the current one; the old one works until `overlapUntil` (epoch ms), at once dead when null. Throws as `update`. */
  rotate(
    id: number,
    secret: AccessTokenSecret,
    rotation: { readonly version: number; readonly overlapUntil: number | null },
  ): Promise<AccessTokenRow>;
};

/** What a call with an access token is judged by; read anew for every call. */
export type AccessTokenFacts = {
  readonly id: number;
  readonly name: string;
  readonly scopes: readonly string[];
  /** The earlier end of the token and of the secret that was presented; null: never. */
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  readonly lastUsedAt: number | null;
  readonly owner: { readonly id: number; readonly role: Role; readonly enabled: boolean };
};

/** Port: access tokens as calls present them. */
export type AccessTokenSource = {
  /** By the digest of a secret, the older one of a rotation included. Null: unknown. */
  findByDigest(digest: string): Promise<AccessTokenFacts | null>;
  /** Writes down that a token was used at `at` (epoch ms), unless a minute has not passed since it was last written. */
  touch(id: number, at: number): Promise<void>;
};
