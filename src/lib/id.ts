import { randomFillSync } from "node:crypto";

const pool = new Uint8Array(4096);

/**
 * A UUIDv7 (RFC 9562) as 32 lower-case hex digits without dashes: 48 bits of milliseconds, then random bits.
 * @param nowMs epoch milliseconds, 0..2^48-1
 */
export function uuidv7Hex(nowMs: number): string {
  const bytes = randomFillSync(pool.subarray(0, 10));
  const time = nowMs.toString(16).padStart(12, "0");
  let tail = "";
  for (let i = 0; i < 10; i++) tail += (bytes[i] ?? 0).toString(16).padStart(2, "0");
  const variant = ((Number.parseInt(tail.charAt(4), 16) & 0x3) | 0x8).toString(16);
  return `${time}7${tail.slice(1, 4)}${variant}${tail.slice(5)}`;
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
