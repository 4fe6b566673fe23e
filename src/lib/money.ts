declare const nanoUsd: unique symbol;

/** Integer nano-USD (1e-9 USD), exact up to 2^53-1, which is about $9.0M. */
export type NanoUsd = number & { readonly [nanoUsd]: true };

/** No money. */
export const ZERO_NANO_USD = 0 as NanoUsd;

/** Brands an integer as nano-USD. Throws a RangeError unless it is a safe integer. */
export function asNanoUsd(value: number): NanoUsd {
  if (!Number.isSafeInteger(value)) throw new RangeError(`not a safe integer of nano-USD: ${value}`);
  return value as NanoUsd;
}

/** Adds two amounts. Throws a RangeError beyond 2^53-1. */
export function addNanoUsd(a: NanoUsd, b: NanoUsd): NanoUsd {
  return asNanoUsd(a + b);
}

/**
 * Writes an integer of 10^-digits units as a decimal string without trailing zeros: `12.4`, `-0.000000001`, `3`.
 * Used for nano-USD (9 digits) and pico-USD (12 digits).
 */
export function formatFixed(value: bigint, digits: number): string {
  const negative = value < 0n;
  const text = (negative ? -value : value).toString().padStart(digits + 1, "0");
  const fraction = text.slice(text.length - digits).replace(/0+$/, "");
  const whole = text.slice(0, text.length - digits);
  return `${negative ? "-" : ""}${whole}${fraction === "" ? "" : `.${fraction}`}`;
}

/**
 * Reads a plain decimal string (`12`, `0.5`; no sign, no exponent, no separators) as an integer of 10^-digits units.
 * Returns null when it is not one, `too_precise` when it has more fraction digits than `digits`.
 */
export function parseFixed(text: string, digits: number): bigint | "too_precise" | null {
  const match = /^(\d{1,18})(?:\.(\d{1,30}))?$/.exec(text);
  if (match === null) return null;
  const fraction = (match[2] ?? "").replace(/0+$/, "");
  if (fraction.length > digits) return "too_precise";
  return BigInt(match[1] ?? "0") * 10n ** BigInt(digits) + BigInt(fraction.padEnd(digits, "0") || "0");
}

/** Nano-USD as a decimal string of USD with up to 9 fraction digits: `12.4`. */
export function formatUsd(value: NanoUsd | bigint): string {
  if (typeof value === "bigint") return formatFixed(value, 9);
  const text = formatUsdFully(value);
  let end = text.length;
  while (text.charCodeAt(end - 1) === ZERO) end--;
  return text.slice(0, text.charCodeAt(end - 1) === POINT ? end - 1 : end);
}

const ZERO = 48;
const POINT = 46;

/** Nano-USD as a decimal string of USD with all 9 fraction digits: `12.400000000`. Made for every request: no big integers. */
export function formatUsdFully(value: number): string {
  const size = Math.abs(value);
  const nano = size % 1_000_000_000;
  return `${value < 0 ? "-" : ""}${(size - nano) / 1_000_000_000}.${String(nano).padStart(9, "0")}`;
}

const MAX_MULTIPLIER_PPM = 100_000_000n;

/** True for a decimal string of 0 to 100 with at most 6 decimals. */
export function isMultiplier(text: string): boolean {
  const ppm = parseFixed(text, 6);
  return typeof ppm === "bigint" && ppm <= MAX_MULTIPLIER_PPM;
}

/** The multiplier that a text says, in millionths. Throws RangeError unless it is one. */
export function multiplierPpm(text: string): number {
  if (!isMultiplier(text)) throw new RangeError(`not a multiplier: ${text}`);
  return Number(parseFixed(text, 6));
}

/** A multiplier in millionths as a decimal string: 1,500,000 is `1.5`. */
export function formatMultiplier(ppm: number): string {
  return formatFixed(BigInt(ppm), 6);
}
