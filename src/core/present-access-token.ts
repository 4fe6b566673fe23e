import type { Clock } from "@/lib/clock";
import { type AccessTokenFacts, type AccessTokenSource, accessTokenStateAt } from "./access/access-token";
import { digestAccessToken } from "./access/access-token-secret";
import { AppError } from "./errors";
import type { KeyAttempts } from "./keys/key-attempts";

/** What judging access tokens needs. */
export type AccessTokenDeps = {
  readonly source: AccessTokenSource;
  /** Unknown ones per address; apart from those of keys. */
  readonly attempts: KeyAttempts;
  readonly clock: Pick<Clock, "now">;
};

/**
 * The access token behind a secret, for a call from `address` (null: the host does not tell). Malformed ones are refused without a
 * look-up, and so is every one from an address that has tried too many unknown ones (reliability-and-security.md SEC40). Throws
 * access_token_invalid, access_token_revoked, access_token_expired, access_token_suspended (its owner is no enabled admin),
 * auth_attempts_exceeded.
 */
export type PresentAccessToken = (secret: string, address: string | null) => Promise<AccessTokenFacts>;

/** How often the last use of a token is written down, ms. */
const TOUCH_MS = 60_000;

/** Judges access tokens by what the source says at the time of the call: there is no cache (SEC7). */
export function createPresentAccessToken({ source, attempts, clock }: AccessTokenDeps): PresentAccessToken {
  return async (secret, address) => {
    const digest = digestAccessToken(secret);
    if (digest === null) throw new AppError("access_token_invalid");
    const waitMs = attempts.waitMs(address ?? "");
    if (waitMs !== null) throw new AppError("auth_attempts_exceeded", { retryAfterSeconds: Math.ceil(waitMs / 1000) });
    const found = await source.findByDigest(digest);
    if (found === null) {
      attempts.count(address ?? "");
      throw new AppError("access_token_invalid");
    }
    const now = clock.now();
    refuseEnded(found, now);
    if (found.lastUsedAt === null || now - found.lastUsedAt >= TOUCH_MS) await source.touch(found.id, now);
    return found;
  };
}

function refuseEnded(found: AccessTokenFacts, now: number): void {
  const state = accessTokenStateAt(found, now);
  if (state !== "active") throw new AppError(`access_token_${state}`);
  if (!found.owner.enabled || found.owner.role !== "admin") throw new AppError("access_token_suspended");
}
