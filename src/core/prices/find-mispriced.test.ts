import { buildPriceRow, buildUsage } from "@test/build-usage";
import { expect, test } from "vitest";
import { findMispriced } from "./find-mispriced";
import { priceUsage } from "./price-usage";

const { detail, costNanoUsd } = priceUsage({
  usage: buildUsage({ counts: { input_text: 100 } }),
  model: "m",
  rows: () => [buildPriceRow({ components: { input_text: 5_000n } })],
  ...{ at: 0, channelPpm: 1_000_000, groupPpm: 1_000_000 },
});
const entry = (id: string, attempt: number, cost: number = costNanoUsd) => ({ id, attempt, costNanoUsd: cost, detail });

async function* inPages<Item>(items: readonly Item[], size: number) {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size);
}

test.each([1, 2, 3, 4, 100])("every entry is judged beside those of its request, in pages of %i", async (size) => {
  const entries = [
    entry("a", 1, 900),
    entry("a", 101, costNanoUsd - 900),
    entry("b", 1),
    entry("b", 2, costNanoUsd + 1),
    entry("c", 1),
    entry("d", 1, 0),
    entry("d", 101),
  ];
  const found = [];
  for await (const { id, attempt, computedNanoUsd } of findMispriced(inPages(entries, size)))
    found.push([id, attempt, computedNanoUsd]);
  expect(found).toEqual([
    ["a", 1, 500],
    ["b", 2, 500],
    ["d", 1, 500],
  ]);
});

test("an empty ledger has none", async () => {
  for await (const entry of findMispriced(inPages([], 1))) expect.fail(entry.id);
});
