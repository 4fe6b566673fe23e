import { buildPriceRow, buildUsage } from "@test/build-usage";
import { describe, expect, test } from "vitest";
import type { CostDetail } from "../vocabulary";
import { priceUsage } from "./price-usage";
import { recompute } from "./recompute";
import { recomputeEntries } from "./recompute-entries";

const priced = priceUsage({
  usage: buildUsage({ counts: { input_text: 100 } }),
  model: "m",
  rows: () => [buildPriceRow({ components: { input_text: 5_000n } })],
  ...{ at: 0, channelPpm: 1_000_000, groupPpm: 500_000 },
});
const ceiling: CostDetail = {
  ...{ usage: {}, tools: {}, images: 0, characters: 0, audioMs: 0, reasoning: 0, tier: "standard", parts: [] },
  ...{ flags: ["ceiling"], channelPpm: 1_000_000, groupPpm: 1_000_000, listCostNanoUsd: 900 },
};
const differences = (entries: Parameters<typeof recomputeEntries>[0]) =>
  recomputeEntries(entries).map(({ attempt, costNanoUsd, computedNanoUsd }) => [
    attempt,
    computedNanoUsd - costNanoUsd,
  ]);

describe("recomputeEntries", () => {
  test("finds the cost of each attempt again", () => {
    expect(priced.costNanoUsd).toBe(250);
    const entry = { costNanoUsd: 250, detail: priced.detail };
    expect(
      differences([
        { attempt: 2, ...entry },
        { attempt: 1, ...entry },
      ]),
    ).toEqual([
      [1, 0],
      [2, 0],
    ]);
    expect(differences([{ attempt: 1, ...entry, costNanoUsd: 251 }])).toEqual([[1, -1]]);
  });

  test("what was charged its ceiling holds no usage but the ceiling itself", () => {
    expect(recompute(ceiling)).toBe(900);
    expect(differences([{ attempt: 1, costNanoUsd: 900, detail: ceiling }])).toEqual([[1, 0]]);
    expect(differences([{ attempt: 1, costNanoUsd: 90, detail: ceiling }])).toEqual([[1, 810]]);
  });

  test("a correction is the difference to what its attempt was charged", () => {
    const entries = [
      { attempt: 1, costNanoUsd: 900, detail: ceiling },
      { attempt: 2, costNanoUsd: 250, detail: priced.detail },
      { attempt: 101, costNanoUsd: -650, detail: priced.detail },
      { attempt: 201, costNanoUsd: 0, detail: priced.detail },
    ];
    expect(differences(entries).map(([, difference]) => difference)).toEqual([0, 0, 0, 0]);
  });
});
