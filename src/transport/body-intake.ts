import { AppError } from "@/core/errors";
import { bodyEncoding, decodeBody } from "@/protocols/decode-body";
import type { BodyBudget } from "./body-budget";

/** Gathers one request body within its limits, whichever host it comes by. */
export type BodyIntake = {
  /** Declared length; -1 = none. */
  readonly expectedBytes: number;
  /** Room for the declared length; null: granted at once. To be called first. */
  open(): Promise<void> | null;
  /** Takes a chunk. Null: go on at once; else pause until it resolves. Throws body_too_large. */
  add(chunk: Uint8Array): Promise<void> | null;
  /** The decoded body; without a promise when it is not coded. Rejects with body_too_large, body_decode_failed. */
  finish(): Uint8Array | Promise<Uint8Array>;
  /** Gives the room back, when the request has ended. */
  release(): void;
};

/**
 * Opens the intake of a body from its headers, before a byte of it is read.
 * Throws unsupported_encoding, and body_too_large for a declared length above the limit (protocols-and-pricing.md 4.1).
 */
export function openIntake(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  limit: number,
  budget: BodyBudget,
): BodyIntake {
  const encoding = bodyEncoding(textOf(headers["content-encoding"]));
  const declared = textOf(headers["content-length"]);
  const expectedBytes = declared === undefined ? -1 : Number(declared);
  if (expectedBytes > limit) throw new AppError("body_too_large", { limitBytes: limit });
  const chunks: Uint8Array[] = [];
  let received = 0;
  let reserved = 0;
  let isReleased = false;
  const reserve = (bytes: number) => {
    if (isReleased) return null;
    reserved += bytes;
    const wait = budget.reserve(bytes);
    wait?.catch(() => {
      reserved -= bytes;
    });
    return wait;
  };
  return {
    expectedBytes,
    open: () => (expectedBytes > 0 ? reserve(expectedBytes) : null),
    add(chunk) {
      received += chunk.length;
      if (received > limit) throw new AppError("body_too_large", { limitBytes: limit });
      chunks.push(chunk);
      return expectedBytes >= 0 ? null : reserve(chunk.length);
    },
    finish() {
      const [first] = chunks;
      const bytes = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, received);
      return encoding === "identity" ? bytes : decodeBody(bytes, encoding, limit);
    },
    release() {
      if (isReleased) return;
      isReleased = true;
      if (reserved > 0) budget.release(reserved);
      reserved = 0;
    },
  };
}

function textOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(", ") : value;
}
