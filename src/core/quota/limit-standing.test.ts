import fc from "fast-check";
import { expect, test } from "vitest";
import { type LimitStanding, remainingOf, usedShareOf, utilisationOf } from "./limit-standing";

const standing = (cap: number, used: number, held: number): LimitStanding => ({
  limitId: 1,
  axis: "user",
  unit: "usd",
  window: "daily",
  cap,
  used,
  held,
  resetsAt: null,
  item: "",
});

const amount = (min: number) => fc.integer({ min, max: Number.MAX_SAFE_INTEGER });
const anyStanding = fc
  .tuple(amount(1), amount(0), amount(0))
  .map(([cap, used, held]) => standing(cap, used, Math.min(held, Number.MAX_SAFE_INTEGER - used)));

test("utilisation is settled and held over the cap, rounded down to 4 decimals and exact at any amount", () => {
  fc.assert(
    fc.property(anyStanding, (given) => {
      const spent = BigInt(given.used) + BigInt(given.held);
      const floor = (spent * 10_000n) / BigInt(given.cap);
      expect(utilisationOf(given)).toBe(Number(floor));
    }),
    { numRuns: 5_000 },
  );
});

test.each([
  [5_000_000_000, 4_999_999_999, 0, 9_999],
  [5_000_000_000, 4_999_999_999, 1, 10_000],
  [3, 2, 0, 6_666],
  [9_007_199_000_000_000, 9_007_198_999_999_999, 0, 9_999],
  [9_007_199_000_000_000, 9_007_199_000_000_000, 9_007_199, 10_000],
  [10_000_000_000, -5, 0, 0],
])("of %i, with %i settled and %i held, %i ten-thousandths are used", (...[cap, used, held, expected]) => {
  expect(utilisationOf(standing(cap, used, held))).toBe(expected);
});

test("what is shown as fuller never compares as emptier", () => {
  fc.assert(
    fc.property(anyStanding, anyStanding, (a, b) => {
      if (utilisationOf(a) > utilisationOf(b)) expect(usedShareOf(a)).toBeGreaterThanOrEqual(usedShareOf(b));
    }),
    { numRuns: 5_000 },
  );
});

test("what remains is never below zero", () => {
  expect(remainingOf(standing(10, 4, 5))).toBe(1);
  expect(remainingOf(standing(10, 12, 5))).toBe(0);
});
