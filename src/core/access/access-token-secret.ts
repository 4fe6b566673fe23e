import { hash, randomBytes } from "node:crypto";
import type { AccessTokenSecret } from "./access-token";

const PREFIX = "at-sluice-";
/** 32 bytes are 43 digits of base64url. */
const WELL_FORMED = /^at-sluice-[A-Za-z0-9_-]{43}$/;

/** A new access token: `at-sluice-` and 32 random bytes in base64url. Shown once, never stored. */
export function createAccessTokenSecret(): string {
  return PREFIX + randomBytes(32).toString("base64url");
}

/** SHA-256 of a well-formed access token as 64 lower-case hex digits; null when it cannot be one of Sluice. */
export function digestAccessToken(secret: string): string | null {
  return WELL_FORMED.test(secret) ? hash("sha256", secret, "hex") : null;
}

/** What is stored of an access token: digest and `at-sluice-Ab12`. Throws a RangeError for a malformed one. */
export function describeAccessToken(secret: string): AccessTokenSecret {
  const digest = digestAccessToken(secret);
  if (digest === null) throw new RangeError("malformed access token");
  return { digest, prefix: secret.slice(0, PREFIX.length + 4) };
}
