import { buildPriceRow } from "@test/build-usage";
import { describe, expect, test } from "vitest";
import type { PriceRow } from "./price";
import { buildPriceBook, type Catalogue, hasBasePrice } from "./price-book";
import { selectPriceRow } from "./select-price-row";

const packaged = (provider: string, model: string, id: number) =>
  buildPriceRow({ id, model, provider, source: "catalogue" });
const PACKAGED = [packaged("openai", "gpt", -1), packaged("azure", "gpt", -2), packaged("anthropic", "claude", -3)];

/** Names mean themselves; a name that ends in `-latest` means the name before it. */
const catalogue: Catalogue = {
  rows: PACKAGED,
  providers: ["openai", "azure", "anthropic"],
  providerOf: (baseUrl) => (baseUrl.includes("azure") ? "azure" : null),
  matchModel(provider, name) {
    const model = name.replace(/-latest$/, "");
    const home = model === "claude" ? "anthropic" : "openai";
    const found = PACKAGED.find((row) => row.model === model && row.provider === (provider ?? home));
    return found === undefined ? null : { provider: found.provider ?? "", model };
  },
  rowsOf: ({ provider, model }) => PACKAGED.filter((row) => row.provider === provider && row.model === model),
};
const channel = (id: number, given: { provider?: string; baseUrl?: string } = {}) => ({
  ...{ id, provider: null, baseUrl: "http://127.0.0.1" },
  ...given,
});
const book = (stored: readonly PriceRow[], now = 1000) => buildPriceBook({ stored, catalogue, now: () => now });
const ids = (rows: readonly PriceRow[]) => rows.map(({ id }) => id);
const chosen = (rows: readonly PriceRow[], at: number) =>
  selectPriceRow({ rows, at, tier: "standard", inputTotal: 0 })?.id ?? null;

describe("levels", () => {
  const stored = [
    buildPriceRow({ id: 1, model: "gpt", channelId: 7 }),
    buildPriceRow({ id: 2, model: "gpt" }),
    buildPriceRow({ id: 3, model: "gpt", channelId: 8 }),
  ];

  test("channel and model, model, the channel's provider, the model's own provider", () => {
    expect(ids(book(stored).rowsFor("gpt", channel(7, { provider: "azure" })))).toEqual([1, 2, -2, -1]);
    expect(ids(book(stored).rowsFor("gpt", channel(9, { baseUrl: "https://x.azure.com" })))).toEqual([2, -2, -1]);
    expect(ids(book(stored).rowsFor("gpt", null))).toEqual([2, -1]);
  });

  test("a provider that is the model's own counts once", () => {
    expect(ids(book([]).rowsFor("gpt", channel(1, { provider: "openai" })))).toEqual([-1]);
  });

  test("each is chosen when those before it have nothing", () => {
    const rowsFor = (rows: readonly PriceRow[], id: number) =>
      book(rows).rowsFor("gpt", channel(id, { provider: "azure" }));
    expect(chosen(rowsFor(stored, 7), 1)).toBe(1);
    expect(chosen(rowsFor(stored, 9), 1)).toBe(2);
    expect(chosen(rowsFor([], 9), 1)).toBe(-2);
    expect(chosen(book([]).rowsFor("gpt", channel(9)), 1)).toBe(-1);
  });

  test("an admin price that is still to come hides no catalogue price", () => {
    const future = buildPriceRow({ id: 4, model: "gpt", effectiveFrom: 5000 });
    const rows = book([future]).rowsFor("gpt", null);
    expect(chosen(rows, 4999)).toBe(-1);
    expect(chosen(rows, 5000)).toBe(4);
  });

  test("stored catalogue rows of a model stand in for the packaged ones", () => {
    const imported = buildPriceRow({ id: 5, model: "gpt", provider: "openai", source: "catalogue" });
    expect(ids(book([imported]).rowsFor("gpt-latest", null))).toEqual([5]);
    expect(ids(book([imported]).rowsFor("gpt", channel(1, { provider: "azure" })))).toEqual([-2, 5]);
  });
});

describe("what has no price", () => {
  test("an unknown model has no rows", () => {
    expect(book([]).rowsFor("own", channel(1))).toEqual([]);
    expect(book([]).isPriced("own", channel(1))).toBe(false);
    expect(book([]).isPriced("claude-latest", null)).toBe(true);
  });

  test("a model whose first price is still to come is unpriced until then", () => {
    let now = 1000;
    const stored = [buildPriceRow({ id: 1, model: "own", effectiveFrom: 2000 })];
    const later = buildPriceBook({ stored, catalogue, now: () => now });
    expect(later.isPriced("own", channel(1))).toBe(false);
    now = 2000;
    expect(later.isPriced("own", channel(1))).toBe(true);
  });

  test.each([
    ["of another tier", { serviceTier: "flex" }],
    ["of long requests", { minInputTokens: 1 }],
    ["of other hours", { dailyUtcFrom: 3600, dailyUtcTo: 7200 }],
  ])("a price %s alone prices no call", (_, given) => {
    const rows = [buildPriceRow({ id: 1, model: "own", ...given })];
    expect(book(rows).isPriced("own", channel(1))).toBe(false);
    expect(book([...rows, buildPriceRow({ id: 2, model: "own" })]).isPriced("own", channel(1))).toBe(true);
  });

  test("a call of a tier is priced by a row of that tier, however large it is", () => {
    const rows = [
      buildPriceRow({ serviceTier: "flex" }),
      buildPriceRow({ id: 2, serviceTier: "fast", minInputTokens: 9 }),
    ];
    const priced = (tier: string) => hasBasePrice({ rows, at: 0, tier });
    expect(["flex", "standard", "fast"].map(priced)).toEqual([true, false, false]);
  });

  test("the default rows are those of model *, of the channel and of all", () => {
    const stored = [buildPriceRow({ id: 1, model: "*" }), buildPriceRow({ id: 2, model: "*", channelId: 3 })];
    expect(ids(book(stored).defaultRows(channel(1)))).toEqual([1]);
    expect(ids(book(stored).defaultRows(channel(3)))).toEqual([2, 1]);
    expect(book([]).defaultRows(null)).toEqual([]);
    expect(book(stored).isPriced("own", null)).toBe(false);
  });

  test("the default row may mean another model", () => {
    const stored = [buildPriceRow({ id: 1, model: "*", priceAs: "claude" })];
    expect(chosen(book(stored).defaultRows(null), 1)).toBe(-3);
  });
});

describe("priceAs", () => {
  test("takes the rows of the model it names, at the level of the row itself", () => {
    const stored = [
      buildPriceRow({ id: 1, model: "own", priceAs: "claude" }),
      buildPriceRow({ id: 2, model: "own", channelId: 7, priceAs: "gpt" }),
    ];
    expect(chosen(book(stored).rowsFor("own", channel(1)), 1)).toBe(-3);
    expect(chosen(book(stored).rowsFor("own", channel(7)), 1)).toBe(-1);
    expect(book(stored).isPriced("own", null)).toBe(true);
  });

  test("is in force from its instant until the next row, with the prices that were in force then", () => {
    const stored = [
      buildPriceRow({ id: 1, model: "own" }),
      buildPriceRow({ id: 2, model: "own", effectiveFrom: 100, priceAs: "other" }),
      buildPriceRow({ id: 3, model: "own", effectiveFrom: 300 }),
      buildPriceRow({ id: 11, model: "other" }),
      buildPriceRow({ id: 12, model: "other", effectiveFrom: 50 }),
      buildPriceRow({ id: 13, model: "other", effectiveFrom: 200 }),
      buildPriceRow({ id: 14, model: "other", effectiveFrom: 400 }),
    ];
    const rows = book(stored).rowsFor("own", null);
    expect([0, 99, 100, 199, 200, 299, 300, 500].map((at) => chosen(rows, at))).toEqual([1, 1, 12, 12, 13, 13, 3, 3]);
  });

  test("finds the level of the other model anew: its price on the channel, and its catalogue price until an admin's begins", () => {
    const stored = [
      buildPriceRow({ id: 1, model: "own", priceAs: "gpt" }),
      buildPriceRow({ id: 2, model: "gpt", channelId: 7 }),
      buildPriceRow({ id: 3, model: "gpt", effectiveFrom: 5000 }),
    ];
    expect(chosen(book(stored).rowsFor("own", channel(7)), 1)).toBe(2);
    expect([4999, 5000].map((at) => chosen(book(stored).rowsFor("own", channel(8)), at))).toEqual([-1, 3]);
  });

  test("holds in its own daily window, tier and context tier alone", () => {
    const at = (hour: number) => hour * 3_600_000;
    const other = [
      buildPriceRow({ id: 11, model: "other" }),
      buildPriceRow({ id: 12, model: "other", serviceTier: "flex" }),
    ];
    const rowsOf = (given: Partial<PriceRow>) =>
      book([
        buildPriceRow({ id: 1, model: "own" }),
        buildPriceRow({ id: 2, model: "own", priceAs: "other", ...given }),
        ...other,
      ]).rowsFor("own", null);
    const daily = rowsOf({ dailyUtcFrom: 3600, dailyUtcTo: 7200 });
    expect([0, 1, 2].map((hour) => chosen(daily, at(hour)))).toEqual([1, 11, 1]);
    const ask = { at: 1, tier: "standard", inputTotal: 0 };
    const long = rowsOf({ minInputTokens: 10 });
    expect([9, 10].map((inputTotal) => selectPriceRow({ ...ask, rows: long, inputTotal })?.id)).toEqual([1, 11]);
    const flex = rowsOf({ serviceTier: "flex" });
    expect(["standard", "flex"].map((tier) => selectPriceRow({ ...ask, rows: flex, tier })?.id)).toEqual([1, 12]);
  });

  test("may name a model that names another, and so on; a circle has no price", () => {
    const names = ["a", "b", "c", "d", "e", "f", "g", "h", "gpt"];
    const chain = names.slice(1).map((priceAs, id) => buildPriceRow({ id, model: names[id] ?? "", priceAs }));
    expect(chosen(book(chain).rowsFor("a", null), 1)).toBe(-1);
    const circle = [
      buildPriceRow({ id: 1, model: "gpt", priceAs: "b" }),
      buildPriceRow({ id: 2, model: "b", priceAs: "gpt" }),
    ];
    expect(book(circle).isPriced("gpt", null)).toBe(false);
    expect(book(circle).isPriced("b", null)).toBe(false);
  });

  test("of a model without a price leaves a model unpriced: its catalogue price is not what was meant", () => {
    const stored = [buildPriceRow({ id: 1, model: "gpt", priceAs: "nothing" })];
    expect(book(stored).isPriced("gpt", null)).toBe(false);
  });
});

test("answers are remembered per channel, and a channel that is not saved shares none", () => {
  const prices = book([buildPriceRow({ id: 1, model: "own", channelId: 7 })]);
  expect(prices.rowsFor("gpt", channel(7))).toBe(prices.rowsFor("gpt", channel(7)));
  const draft = { id: null, provider: "azure", baseUrl: "" };
  expect(ids(prices.rowsFor("gpt", draft))).toEqual([-2, -1]);
  expect(ids(prices.rowsFor("gpt", null))).toEqual([-1]);
});

test("names from outside cannot fill the memory", () => {
  const prices = book([]);
  const first = prices.rowsFor("gpt", null);
  for (let n = 0; n < 25_000; n++) prices.rowsFor(`made up ${n}`, null);
  expect(prices.rowsFor("gpt", null)).toEqual(first);
  expect(prices.rowsFor("gpt", null)).not.toBe(first);
});
