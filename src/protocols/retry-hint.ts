import { type AppError, errorRow } from "@/core/errors";

const F_MS = { min: 500, max: 30_000, unknown: 1_000 };
const G_MS = { min: 1_000, max: 60_000, unknown: 1_000 };
/** A rate that makes a client wait longer is no transient one. */
const C_MAX_MS = 60_000;
const E_BASE_MS = 1_000;
const D_BASE_MS = 2_000;
const I_BASE_MS = 5_000;
/** 24 days: what is longer overflows a 32-bit timer in clients. */
const A_MAX_SECONDS = 2_073_600;

/**
 * Milliseconds after which a client may try again, by the row of protocols-and-pricing.md 2.5 that belongs to the code; null without a hint
 * and for a terminal 429, whose hint is `resetAfterSeconds`.
 * A wait that the thrower knows (`retryAfterMs`) counts in rows f and g. The jitter is a hash of the request id, so it is the same in every header.
 */
export function retryAfterMs(error: AppError, requestId: string): number | null {
  switch (errorRow(error.code).hint) {
    case "c":
      return isLongRate(error) ? null : Math.max(1, Math.ceil(knownMs(error) ?? 1_000));
    case "e":
      return E_BASE_MS + (hash(requestId) % 1_000);
    case "f":
      return knownWait(error, F_MS);
    case "g":
      return knownWait(error, G_MS);
    case "d":
      return D_BASE_MS + (hash(requestId) % 1_000);
    case "h":
      return 1_000;
    case "i":
      return I_BASE_MS + (hash(requestId) % 1_000);
    default:
      return null;
  }
}

function knownWait({ params }: AppError, { min, max, unknown }: typeof G_MS): number {
  const known = params.retryAfterMs;
  return typeof known === "number" ? Math.min(Math.max(Math.ceil(known), min), max) : unknown;
}

/** Whole seconds, 1 to 2,073,600, after which what was refused as spent may pass (rows a and b of 2.5); null: no use waiting. */
export function resetAfterSeconds(error: AppError): number | null {
  const seconds = resetInSeconds(error);
  return seconds === null ? null : Math.min(seconds, A_MAX_SECONDS);
}

/** The same without the bound of 24 days, for what is shown and not waited for. */
export function resetInSeconds(error: AppError): number | null {
  const known = knownMs(error);
  return !isSpent(error) || known === null ? null : Math.max(wholeSeconds(known), 1);
}

/** A 429 whose repetition cannot help soon: clients know it as a spent allowance (protocols-and-pricing.md 3.2). */
export function isSpent(error: AppError): boolean {
  const { status, retryable } = errorRow(error.code);
  return status === 429 && (!retryable || isLongRate(error));
}

/** A rate code whose wait is over 60 s is terminal (2.5 c). */
function isLongRate(error: AppError): boolean {
  return errorRow(error.code).hint === "c" && (knownMs(error) ?? 0) > C_MAX_MS;
}

function knownMs({ params }: AppError): number | null {
  return typeof params.retryAfterMs === "number" ? params.retryAfterMs : null;
}

/** A wait in whole seconds, rounded up. */
export function wholeSeconds(ms: number): number {
  return Math.ceil(ms / 1_000);
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  return state >>> 0;
}
