import type { Clock } from "@/lib/clock";
import { createLruCache } from "@/lib/lru-cache";
import { type AccessTokenFacts, type AccessTokenSource, accessTokenStateAt } from "./access/access-token";
import { digestAccessToken } from "./access/access-token-secret";
import { AppError } from "./errors";
import type { KeyAttempts } from "./keys/key-attempts";

/** What judging access tokens needs. */
export type AccessTokenDeps = {
  readonly source: AccessTokenSource;
  /** Unknown ones per address; apart from those of keys. */
  readonly attempts: KeyAttempts;
  readonly clock: Pick<Clock, "now" | "monotonic">;
};

/**
 * The access token behind a secret, for a call from `address` (null: the host does not tell). Malformed ones are refused without a
 * look-up, and so is every one from an address that has tried too many that open nothing (reliability-and-security.md SEC40), except those
 * that opened a few minutes ago: they are judged anew like any other, so that guesses lock nobody out. Throws
 * access_token_invalid, access_token_revoked, access_token_expired, access_token_suspended (its owner is no enabled admin),
 * auth_attempts_exceeded.
 */
export type PresentAccessToken = (secret: string, address: string | null) => Promise<AccessTokenFacts>;

/** How often the last use of a token is written down, ms. */
const TOUCH_MS = 60_000;

/** For how long a token that opened is looked up whatever its address has tried, ms; and how many are remembered. */
const TRUSTED_MS = 10 * 60_000;
const MAX_TRUSTED = 1_000;

/** Judges access tokens by what the source says at the time of the call: no answer is kept (SEC7). */
export function createPresentAccessToken({ source, attempts, clock }: AccessTokenDeps): PresentAccessToken {
  const openedAt = createLruCache<number>(MAX_TRUSTED);
  const isTrusted = (digest: string) => {
    const at = openedAt.get(digest);
    return at !== undefined && clock.monotonic() - at < TRUSTED_MS;
  };
  const refuse = (code: RefusalCode, digest: string, address: string | null): never => {
    openedAt.delete(digest);
    attempts.count(address ?? "");
    throw new AppError(code);
  };
  return async (secret, address) => {
    const digest = digestAccessToken(secret);
    if (digest === null) throw new AppError("access_token_invalid");
    const waitMs = isTrusted(digest) ? null : attempts.waitMs(address ?? "");
    if (waitMs !== null) throw new AppError("auth_attempts_exceeded", { retryAfterSeconds: Math.ceil(waitMs / 1000) });
    const found = await source.findByDigest(digest);
    if (found === null) return refuse("access_token_invalid", digest, address);
    const now = clock.now();
    const refusal = refusalOf(found, now);
    if (refusal !== null) return refuse(refusal, digest, address);
    openedAt.set(digest, clock.monotonic());
    if (found.lastUsedAt === null || now - found.lastUsedAt >= TOUCH_MS) await source.touch(found.id, now);
    return found;
  };
}

type RefusalCode = `access_token_${"invalid" | "expired" | "revoked" | "suspended"}`;

function refusalOf(found: AccessTokenFacts, now: number): RefusalCode | null {
  const state = accessTokenStateAt(found, now);
  if (state !== "active") return `access_token_${state}`;
  return found.owner.enabled && found.owner.role === "admin" ? null : "access_token_suspended";
}
