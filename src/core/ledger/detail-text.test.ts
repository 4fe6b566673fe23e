import { buildPriceRow, buildUsage } from "@test/build-usage";
import { expect, test } from "vitest";
import type { Usage } from "../prices/price";
import { priceUsage } from "../prices/price-usage";
import { packDetail, unpackDetail } from "./detail-text";

const priced = (usage: Partial<Usage>, channelPpm = 1_000_000) =>
  priceUsage({
    usage: buildUsage(usage),
    model: "model",
    rows: () => [buildPriceRow({ components: { input_text: 5n, output_text: 7n, image: 9n } })],
    at: 1,
    channelPpm,
    groupPpm: 1_000_000,
  }).detail;

test.each([
  ["a plain call", priced({ counts: { input_text: 10, output_text: 5 } })],
  ["no usage", priced({})],
  [
    "everything",
    priced(
      {
        counts: { input_text: 1 },
        tools: { web_search: 2 },
        images: 3,
        characters: 4,
        audioMs: 5,
        reasoning: 6,
        flags: ["total_gap"],
      },
      2,
    ),
  ],
  ["parts", priced({ counts: { input_text: 1 }, parts: [{ model: null, counts: { input_text: 2, output_text: 3 } }] })],
])("the detail of %s comes back from what is kept of it", (_, detail) => {
  expect(unpackDetail(JSON.parse(JSON.stringify(packDetail(detail))))).toEqual(detail);
});

test("what says nothing is not kept", () => {
  const kept = packDetail(priced({ counts: { input_text: 10 } }));
  expect(Object.keys(kept).sort()).toEqual(["listCostNanoUsd", "parts", "tier"]);
});
