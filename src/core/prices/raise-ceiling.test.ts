import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LEAST_RAISE_NANO_USD, raiseCeiling, renewedCeiling, type Spending } from "./raise-ceiling";

const CENT = 10_000_000;
const spending = (given: Partial<Spending> = {}): Spending => ({
  spentNanoUsd: CENT,
  outputNanoUsd: 0,
  elapsedMs: 10_000,
  worstNanoUsd: 100_000 * CENT,
  ...given,
});

describe("raiseCeiling", () => {
  test("a cheap stream is raised by two cents, and again when one of them is spent", () => {
    expect(raiseCeiling(spending())).toEqual({ ceilingNanoUsd: 3 * CENT, raiseAtNanoUsd: 2 * CENT });
  });

  test("a dear stream is raised by two seconds of its output", () => {
    const given = spending({ spentNanoUsd: 50 * CENT, outputNanoUsd: 50 * CENT }); // 5 cents a second
    expect(raiseCeiling(given)).toEqual({ ceilingNanoUsd: 60 * CENT, raiseAtNanoUsd: 55 * CENT });
  });

  test("the first burst of a stream does not pass for its rate", () => {
    const given = spending({ spentNanoUsd: CENT, outputNanoUsd: CENT, elapsedMs: 1 });
    expect(raiseCeiling(given).ceilingNanoUsd).toBe(3 * CENT);
  });

  test("no ceiling is above the worst case, and one that stands there is not raised again", () => {
    const given = spending({ worstNanoUsd: 3 * CENT - 1 });
    expect(raiseCeiling(given)).toEqual({ ceilingNanoUsd: 3 * CENT - 1, raiseAtNanoUsd: Number.POSITIVE_INFINITY });
    expect(raiseCeiling(spending({ worstNanoUsd: CENT - 1 })).ceilingNanoUsd).toBe(CENT - 1);
  });

  test("a ceiling covers what was spent and at most Q more, whatever the stream", () => {
    const amount = fc.integer({ min: 0, max: 10 ** 12 });
    const streams = fc.record({ input: amount, output: amount, elapsedMs: fc.nat(600_000), worst: amount });
    fc.assert(
      fc.property(streams, ({ input, output, elapsedMs, worst }) => {
        const spent = input + output;
        const worstNanoUsd = Math.max(spent, worst);
        const { ceilingNanoUsd, raiseAtNanoUsd } = raiseCeiling({
          ...{ spentNanoUsd: spent, outputNanoUsd: output, elapsedMs, worstNanoUsd },
        });
        const most = Math.max(LEAST_RAISE_NANO_USD, Math.ceil((output / Math.max(1_000, elapsedMs)) * 2_000));
        expect(Number.isSafeInteger(ceilingNanoUsd)).toBe(true);
        expect(ceilingNanoUsd).toBeGreaterThanOrEqual(spent);
        expect(ceilingNanoUsd).toBeLessThanOrEqual(Math.min(worstNanoUsd, spent + most));
        if (ceilingNanoUsd < worstNanoUsd) expect(raiseAtNanoUsd).toBeLessThan(ceilingNanoUsd);
      }),
    );
  });
});

test("a renewal writes the cost so far and 15 s at the current rate, never above the worst case", () => {
  const given = spending({ spentNanoUsd: 60 * CENT, outputNanoUsd: 50 * CENT });
  expect(renewedCeiling(given)).toBe(135 * CENT);
  expect(renewedCeiling({ ...given, worstNanoUsd: 100 * CENT })).toBe(100 * CENT);
});
