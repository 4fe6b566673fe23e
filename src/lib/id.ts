import { randomUUID } from "node:crypto";

/**
 * A UUIDv7 (RFC 9562) as 32 lower-case hex digits without dashes: 48 bits of milliseconds, then random bits.
 * @param nowMs epoch milliseconds, 0..2^48-1
 */
export function uuidv7Hex(nowMs: number): string {
  const random = randomUUID(); // Node keeps a batch of random bytes for it: a quarter of the cost of asking for ten
  return `${nowMs.toString(16).padStart(12, "0")}7${random.slice(15, 18)}${random.slice(19, 23)}${random.slice(24)}`;
}

/** The dashed form of 32 hex digits, as PostgreSQL prints a uuid. */
export function dashedUuid(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The public id of a request: `req_` and the UUIDv7 without dashes (protocols-and-pricing.md 2.4). */
export function requestIdOf(hex: string): string {
  return `req_${hex}`;
}

/** The 32 hex digits of a public request id or of a dashed uuid, or null if it is neither. */
export function parseRequestId(text: string): string | null {
  const hex = text.replace(/^req_/, "").replaceAll("-", "").toLowerCase();
  return /^[0-9a-f]{32}$/.test(hex) ? hex : null;
}
