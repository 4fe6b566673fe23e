import { expect, test } from "vitest";
import { asNanoUsd, formatUsd, formatUsdFully } from "./money";

test.each([
  [0, "0.000000000"],
  [1, "0.000000001"],
  [-1, "-0.000000001"],
  [750_000, "0.000750000"],
  [5_000_000_000, "5.000000000"],
  [4_000_000_000_000_001, "4000000.000000001"],
  [9_007_198_999_999_999, "9007198.999999999"],
  [Number.MAX_SAFE_INTEGER, "9007199.254740991"],
])("%i nano-USD reads %s with all its digits", (value, text) => {
  expect(formatUsdFully(value)).toBe(text);
});

test.each([
  [0, "0"],
  [1, "0.000000001"],
  [-1, "-0.000000001"],
  [12_400_000_000, "12.4"],
  [-3_000_000_000, "-3"],
  [10_000_000_000, "10"],
  [100_000_000_010, "100.00000001"],
  [Number.MAX_SAFE_INTEGER, "9007199.254740991"],
])("%i nano-USD reads %s without trailing zeros, from either kind of integer", (value, text) => {
  expect(formatUsd(asNanoUsd(value))).toBe(text);
  expect(formatUsd(BigInt(value))).toBe(text);
});
