import { expect, test } from "vitest";
import type { LimitUnit } from "../vocabulary";
import { formatAmount, parseAmount } from "./limit-amount";

test.each<[string, LimitUnit, number | string]>([
  ["5", "usd", 5_000_000_000],
  ["12.40", "usd", 12_400_000_000],
  ["0.000000001", "usd", 1],
  ["007", "usd", 7_000_000_000],
  ["9007199", "usd", 9_007_199_000_000_000],
  ["1", "tokens", 1],
  ["9007199254740991", "tokens", Number.MAX_SAFE_INTEGER],
  ["1000", "requests", 1000],
])("%s of %s is %d", (text, unit, amount) => {
  expect(parseAmount(text, unit)).toBe(amount);
});

test.each<[string, LimitUnit, string]>([
  ["", "usd", "amount_invalid"],
  [" 5", "usd", "amount_invalid"],
  ["5\n", "usd", "amount_invalid"],
  ["-1", "usd", "amount_invalid"],
  ["-0", "usd", "amount_invalid"],
  ["+1", "usd", "amount_invalid"],
  ["NaN", "usd", "amount_invalid"],
  ["Infinity", "tokens", "amount_invalid"],
  ["1e400", "usd", "amount_invalid"],
  ["1e2", "requests", "amount_invalid"],
  ["0x10", "requests", "amount_invalid"],
  ["1,5", "usd", "amount_invalid"],
  ["1 000", "tokens", "amount_invalid"],
  ["5.", "usd", "amount_invalid"],
  [".5", "usd", "amount_invalid"],
  ["1.2.3", "usd", "amount_invalid"],
  ["٥", "usd", "amount_invalid"],
  ["$5", "usd", "amount_invalid"],
  ["0.0000000001", "usd", "amount_too_precise"],
  ["1.0000000000", "usd", "amount_too_precise"],
  ["5.0", "tokens", "amount_too_precise"],
  ["0.5", "requests", "amount_too_precise"],
  ["9007199.000000001", "usd", "amount_out_of_range"],
  ["9007199254740992", "tokens", "amount_out_of_range"],
  ["9007199254740993", "requests", "amount_out_of_range"],
  ["9".repeat(400), "usd", "amount_out_of_range"],
  ["0", "usd", "limit_zero_use_block"],
  ["0.000000000", "usd", "limit_zero_use_block"],
  ["000", "requests", "limit_zero_use_block"],
])("%j of %s is refused: %s", (text, unit, fault) => {
  expect(parseAmount(text, unit)).toBe(fault);
});

test.each<[number, LimitUnit, string]>([
  [1, "usd", "0.000000001"],
  [12_400_000_000, "usd", "12.4"],
  [9_007_199_000_000_000, "usd", "9007199"],
  [1000, "tokens", "1000"],
  [Number.MAX_SAFE_INTEGER, "requests", "9007199254740991"],
])("%d of %s is written as %s and read back", (amount, unit, text) => {
  expect(formatAmount(amount, unit)).toBe(text);
  expect(parseAmount(text, unit)).toBe(amount);
});
