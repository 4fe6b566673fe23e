import { WORKLOAD_A as A, WORKLOAD_C as C, ACCURACY_WINDOWS as WINDOWS } from "@test/accuracy";
import { buildLimit } from "@test/build-quota";
import { burst, openGateway } from "@test/open-gateway";
import { describe, expect, test } from "vitest";

const CENT = 10_000_000;
const COST = 750_000;

/** Served by limit: A strict, A balanced, C strict, C balanced. */
const LIMITS = [
  [CENT, [13, 13, 12, 14]],
  [10 * CENT, [133, 133, 132, 134]],
  [100 * CENT, [1_333, 1_333, 1_332, 1_334]],
] as const;
const COLUMNS = [
  ["strict", A],
  ["balanced", A],
  ["strict", C],
  ["balanced", C],
] as const;

describe("what is served depends on the limit alone (quota.md test 27)", () => {
  const cases = LIMITS.flatMap(([amount, served]) =>
    WINDOWS.flatMap(([window, mode]) => [1, 50].map((width) => [amount, window, mode, width, served] as const)),
  );
  test.each(cases)(
    "%d nano-USD, %s %s, %d at a time",
    async (...[amount, window, mode, width, served]) => {
      const counts: number[] = [];
      for (const [enforcement, { usage, expected, ...call }] of COLUMNS) {
        const scene = openGateway({
          snapshot: { limits: [buildLimit({ amount, window, mode, enforcement })] },
          habitsOf: () => ({ bytesPerToken: 4, expectedOutputTokens: expected }),
          answer: () => ({ usage, latencyMs: 20 }),
        });
        const result = await burst(scene, { ...call, count: Math.floor(amount / COST) + 1 + width, width });
        counts.push(result.served);
        const settled = result.served * COST;
        expect(await scene.counters()).toMatchObject([{ settled, ledger: settled, held: 0, worst: 0 }]);
      }
      expect(counts).toEqual(served);
    },
    60_000,
  );
});
