import { formatFixed, formatUsdFully } from "@/lib/money";
import type { LimitUnit } from "../vocabulary";
import { MAX_COUNT_AMOUNT, MAX_USD_AMOUNT } from "./limit";

/** Why a text is no amount of a limit; the codes of quota.md section 10. */
export type AmountFault = "amount_invalid" | "amount_too_precise" | "amount_out_of_range" | "limit_zero_use_block";

/** Digits after the point that an amount of a unit may be written with. */
const FRACTION_DIGITS: Readonly<Record<LimitUnit, number>> = { usd: 9, tokens: 0, requests: 0 };
/** The largest amount of each unit. */
const MAX_AMOUNTS: Readonly<Record<LimitUnit, number>> = {
  usd: MAX_USD_AMOUNT,
  tokens: MAX_COUNT_AMOUNT,
  requests: MAX_COUNT_AMOUNT,
};

/**
 * Reads the amount of a limit or boost: decimal USD with up to 9 fraction digits as nano-USD, tokens and requests as whole numbers. Plain
 * digits only: no sign, no exponent, no separators. Zero is told apart, since block is a state (quota.md Q2).
 */
export function parseAmount(text: string, unit: LimitUnit): number | AmountFault {
  const [, whole, fraction = ""] = /^(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === undefined) return "amount_invalid";
  const digits = FRACTION_DIGITS[unit];
  if (fraction.length > digits) return "amount_too_precise";
  const significant = (whole + fraction.padEnd(digits, "0")).replace(/^0+/, "");
  if (significant === "") return "limit_zero_use_block";
  const amount = Number(significant);
  return significant.length > 16 || amount > MAX_AMOUNTS[unit] ? "amount_out_of_range" : amount;
}

/** An amount as `parseAmount` reads it: `12.4` of USD, `1000` of tokens and requests. */
export function formatAmount(amount: number, unit: LimitUnit): string {
  return formatFixed(BigInt(amount), FRACTION_DIGITS[unit]);
}

/** An amount as bodies and headers give it: nano-USD as USD with 9 decimals, a count as an integer (protocols-and-pricing.md 3.3). */
export function wireAmount(unit: LimitUnit, amount: number): string {
  return unit === "usd" ? formatUsdFully(amount) : String(amount);
}
