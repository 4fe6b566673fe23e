import { randomFillSync, randomUUID } from "node:crypto";

/**
 * A UUIDv7 (RFC 9562) as 32 lower-case hex digits without dashes: 48 bits of milliseconds, then random bits.
 * @param nowMs epoch milliseconds, 0..2^48-1
 */
export function uuidv7Hex(nowMs: number): string {
  const random = randomUUID(); // Node keeps a batch of random bytes for it: a quarter of the cost of asking for ten
  return `${nowMs.toString(16).padStart(12, "0")}7${random.slice(15, 18)}${random.slice(19, 23)}${random.slice(24)}`;
}

const ID_BYTES = 16;
const POOL_BYTES = 256 * ID_BYTES;

/**
 * Makes UUIDv7 as `uuidv7Hex` does, for one per request: random bytes are drawn for 256 ids at a time, and each id is written over its own.
 * @returns a function of epoch milliseconds, 0..2^48-1
 */
export function uuidv7Source(): (nowMs: number) => string {
  const pool = Buffer.alloc(POOL_BYTES);
  let at = POOL_BYTES;
  return (nowMs) => {
    if (at === POOL_BYTES) {
      randomFillSync(pool);
      at = 0;
    }
    const start = at;
    at += ID_BYTES;
    pool.writeUIntBE(nowMs, start, 6);
    pool[start + 6] = ((pool[start + 6] as number) & 0x0f) | 0x70;
    pool[start + 8] = ((pool[start + 8] as number) & 0x3f) | 0x80;
    return pool.toString("hex", start, at);
  };
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
