import { expect, test } from "vitest";
import { picoOf } from "./pico-of";

test.each([
  [0.0375, 6, 37_500n, false],
  [0.1, 6, 100_000n, false],
  [3, 9, 3_000_000_000n, false],
  [0.36, 12, 360_000_000_000n, false],
  [1e-7, 6, 0n, true],
  [5e-7, 6, 1n, true],
  [1e21, 6, 10n ** 27n, false],
  [0.08333333333333334, 6, 83_333n, true],
  [0.18000000000000002, 6, 180_000n, true],
  [0, 6, 0n, false],
])("%d with %i digits", (...[value, digits, pico, isRounded]) => {
  expect(picoOf(value, digits)).toEqual({ pico, isRounded });
});

test("what is no price is refused", () => {
  for (const value of [-1, Number.NaN, Number.POSITIVE_INFINITY]) expect(() => picoOf(value, 6)).toThrow(RangeError);
});
