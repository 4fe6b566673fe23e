import { hash, randomBytes } from "node:crypto";
import type { KeySecretValues } from "./key";

const PREFIX = "sk-sluice-";
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/** 62^43 > 2^256, so 43 digits hold 32 bytes. */
const WIDTH = 43;
/** What Sluice makes, and what a provisioning file may bring along. */
const WELL_FORMED = /^sk-sluice-[A-Za-z0-9_-]{20,200}$/;

/** A new key: `sk-sluice-` and 32 random bytes as 43 base62 digits. Shown once, never stored. */
export function createKeySecret(): string {
  let rest = BigInt(`0x${randomBytes(32).toString("hex")}`);
  let digits = "";
  for (let i = 0; i < WIDTH; i++) {
    digits = ALPHABET.charAt(Number(rest % 62n)) + digits;
    rest /= 62n;
  }
  return PREFIX + digits;
}

/** SHA-256 of a well-formed key as 64 lower-case hex digits; null when it cannot be a key of Sluice. */
export function digestKey(secret: string): string | null {
  return WELL_FORMED.test(secret) ? hash("sha256", secret, "hex") : null;
}

/** What is stored of a key: digest, `sk-sluice-Ab12` and the last four characters. Throws a RangeError for a malformed one. */
export function describeKey(secret: string): KeySecretValues {
  const digest = digestKey(secret);
  if (digest === null) throw new RangeError("malformed key");
  return { digest, prefix: secret.slice(0, PREFIX.length + 4), lastFour: secret.slice(-4) };
}
