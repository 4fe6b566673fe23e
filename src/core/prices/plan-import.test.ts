import { buildPriceRow } from "@test/build-usage";
import { describe, expect, test } from "vitest";
import { planImport } from "./plan-import";
import type { PriceRow } from "./price";
import { selectPriceRow } from "./select-price-row";

const at = (iso: string) => Date.parse(iso);
const NOW = at("2026-11-27T12:00:00Z");
const row = (usd: number, given: Partial<PriceRow> = {}) =>
  buildPriceRow({
    ...{ provider: "openai", source: "catalogue", model: "gpt", components: { input_text: BigInt(usd * 1_000_000) } },
    ...given,
  });

/** Catalogue rows of the imports so far, as the database would number them. */
function imports(...steps: readonly { readonly packaged: readonly PriceRow[]; readonly now: number }[]) {
  let stored: readonly PriceRow[] = [];
  const added = steps.map(({ packaged, now }) => {
    const plan = planImport({ packaged, stored, now });
    stored = [...stored, ...plan.added.map((fresh, index) => ({ ...fresh, id: stored.length + index + 1 }))];
    return plan.added.map(({ effectiveFrom, minInputTokens }) => [effectiveFrom, minInputTokens]);
  });
  const priceAt = (instant: number, inputTotal = 0) => {
    const rows = stored.filter(({ model }) => model === "gpt");
    const chosen = selectPriceRow({ rows, at: instant, tier: "standard", inputTotal });
    return Number(chosen?.components.input_text ?? 0n) / 1_000_000;
  };
  return { added, stored, priceAt };
}
const step = (packaged: readonly PriceRow[], now = NOW) => ({ packaged, now });

describe("an import", () => {
  test("stores every packaged row with its own dates first, and nothing the second time", () => {
    const packaged = [
      row(1),
      row(2, { minInputTokens: 272_000 }),
      row(3, { effectiveFrom: at("2026-08-17T00:00:00Z") }),
      row(4, { effectiveFrom: at("2026-08-17T00:00:00Z"), dailyUtcFrom: 3600, dailyUtcTo: 14_400 }),
      row(5, { model: "other", effectiveFrom: at("2027-01-01T00:00:00Z") }),
    ];
    const { added, stored } = imports(step(packaged), step(packaged), step([...packaged].reverse(), NOW + 1));
    expect(added.map(({ length }) => length)).toEqual([5, 0, 0]);
    expect(stored.map(({ id: _, ...rest }) => rest)).toEqual(packaged.map(({ id: _, ...rest }) => rest));
  });

  test("adds one row from its own time for a changed price; what was in force before stays", () => {
    const { added, priceAt } = imports(
      step([row(1), row(7, { model: "other" })]),
      step([row(2), row(7, { model: "other" })], NOW + 5),
    );
    expect(added[1]).toEqual([[NOW + 5, 0]]);
    expect([priceAt(NOW + 4), priceAt(NOW + 5)]).toEqual([1, 2]);
  });

  test("takes the date that the package gives to a new price, past or to come", () => {
    const dates = ["2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z"].map(at);
    const dated = dates.map((effectiveFrom, index) => row(index + 2, { effectiveFrom }));
    const { added, priceAt } = imports(step([row(1)]), step([row(1), ...dated]), step([row(1), ...dated]));
    expect(added.slice(1)).toEqual([dates.map((date) => [date, 0]), []]);
    expect(dates.map((date) => priceAt(date))).toEqual([2, 3]);
  });

  test("a date before that of an earlier import counts from the time of this one", () => {
    const effectiveFrom = at("2026-10-01T00:00:00Z");
    const { added, priceAt } = imports(
      step([row(1)]),
      step([row(2)], NOW),
      step([row(2), row(3, { effectiveFrom })], NOW + 9),
    );
    expect(added[2]).toEqual([[NOW + 9, 0]]);
    expect(priceAt(NOW + 9)).toBe(3);
  });

  test("keeps context tiers beside a changed base price, and drops those that the package dropped", () => {
    const tier = row(9, { minInputTokens: 100 });
    const { added, priceAt } = imports(step([row(1), tier]), step([row(2), tier], NOW), step([row(2)], NOW + 9));
    expect(added.slice(1)).toEqual([
      [
        [NOW, 0],
        [NOW, 100],
      ],
      [[NOW + 9, 0]],
    ]);
    expect([priceAt(NOW, 99), priceAt(NOW, 100), priceAt(NOW + 9, 100)]).toEqual([2, 9, 2]);
  });

  test("a price that was announced and is withdrawn does not come into force", () => {
    const later = at("2027-01-01T00:00:00Z");
    const { added, priceAt } = imports(
      step([row(1), row(5, { effectiveFrom: later })]),
      step([row(1)], NOW),
      step([row(1)], NOW + 1),
    );
    expect(added.slice(1)).toEqual([[[later, 0]], []]);
    expect(priceAt(later)).toBe(1);
  });

  test("counts models of one name at two providers apart, and leaves those that the package lost", () => {
    const azure = row(1, { provider: "azure" });
    const { added } = imports(step([row(1), azure]), step([{ ...azure, components: { input_text: 7n } }], NOW + 1));
    expect(added[1]).toEqual([[NOW + 1, 0]]);
    expect(planImport({ packaged: [row(1), azure], stored: [], now: NOW }).changedModels).toBe(2);
  });
});
