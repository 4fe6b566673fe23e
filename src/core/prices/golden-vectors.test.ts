import { GOLDEN_ROWS, GOLDEN_VECTORS, type GoldenVector, goldenRowsOf } from "@test/golden-prices";
import { describe, expect, test } from "vitest";
import { priceUsage } from "./price-usage";
import { recompute } from "./recompute";

const NONE = 1_000_000;

function price({ usage, set, at, channelPpm, groupPpms }: GoldenVector) {
  const groupPpm = Math.min(...(groupPpms.length === 0 ? [NONE] : groupPpms));
  return priceUsage({ usage, model: set, rows: goldenRowsOf, at, channelPpm, groupPpm });
}

describe("golden vectors of protocols-and-pricing.md 7.3", () => {
  test("all 44 are here", () => {
    expect(Object.keys(GOLDEN_VECTORS)).toEqual(Array.from({ length: 44 }, (_, i) => `G${i + 1}`));
    expect(new Set(GOLDEN_ROWS.map(({ model }) => model)).size).toBe(14);
  });

  test.each(Object.entries(GOLDEN_VECTORS))("%s", (_, vector) => {
    const priced = price(vector);
    expect(priced.costNanoUsd).toBe(vector.costNanoUsd);
    expect(priced.listCostNanoUsd).toBe(vector.listCostNanoUsd);
    expect(priced.detail.listCostNanoUsd).toBe(priced.listCostNanoUsd);
    expect(priced.detail.flags).toEqual(vector.flags);
    expect(recompute(JSON.parse(JSON.stringify(priced.detail)))).toBe(vector.costNanoUsd);
  });
});
