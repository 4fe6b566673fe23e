import { buildPriceRow } from "@test/build-usage";
import { describe, expect, test } from "vitest";
import type { PriceRow } from "./price";
import { isFreeAt, selectPriceRow } from "./select-price-row";

const at = (iso: string) => Date.parse(iso);
const chosen = (rows: readonly PriceRow[], ask: { at?: number; tier?: string; inputTotal?: number } = {}) =>
  selectPriceRow({ at: at("2026-11-21T12:00:00Z"), tier: "standard", inputTotal: 0, rows, ...ask })?.id ?? null;

describe("selectPriceRow", () => {
  test("a row is in force from its instant on, to the millisecond", () => {
    const rows = [buildPriceRow({ id: 1 }), buildPriceRow({ id: 2, effectiveFrom: at("2026-11-21T12:00:00Z") })];
    expect(chosen(rows, { at: at("2026-11-21T11:59:59.999Z") })).toBe(1);
    expect(chosen(rows, { at: at("2026-11-21T12:00:00.000Z") })).toBe(2);
  });

  test("the tier asked for is chosen over a later standard row; others never", () => {
    const rows = [
      buildPriceRow({ id: 1, serviceTier: "flex" }),
      buildPriceRow({ id: 2, serviceTier: "priority", effectiveFrom: 9 }),
      buildPriceRow({ id: 3, effectiveFrom: 9 }),
    ];
    expect(chosen(rows, { tier: "flex" })).toBe(1);
    expect(chosen(rows, { tier: "scale" })).toBe(3);
    expect(chosen(rows)).toBe(3);
  });

  test("the first level with a matching row is the level, even when a later one has a better row", () => {
    const rows = [
      buildPriceRow({ id: 1, channelId: 4, effectiveFrom: at("2027-01-01T00:00:00Z") }),
      buildPriceRow({ id: 2 }),
      buildPriceRow({ id: 3, source: "catalogue", provider: "openai", serviceTier: "flex", effectiveFrom: 5 }),
    ];
    expect(chosen(rows, { tier: "flex" })).toBe(2);
    expect(chosen(rows, { at: at("2027-01-01T00:00:00Z") })).toBe(1);
  });

  test("the largest context tier that the input reaches applies", () => {
    const rows = [0, 100, 200].map((minInputTokens, id) => buildPriceRow({ id, minInputTokens }));
    expect([99, 100, 199, 200].map((inputTotal) => chosen(rows, { inputTotal }))).toEqual([0, 1, 1, 2]);
  });

  test("a daily window ends before its end, and may wrap around midnight", () => {
    const rows = [buildPriceRow({ id: 1 }), buildPriceRow({ id: 2, dailyUtcFrom: 82_800, dailyUtcTo: 3600 })];
    const instants = ["22:59:59.999", "23:00:00", "00:59:59.999", "01:00:00"];
    expect(instants.map((time) => chosen(rows, { at: at(`2026-11-21T${time}Z`) }))).toEqual([1, 2, 2, 1]);
  });

  test("a daily window is chosen over a larger context tier", () => {
    const rows = [
      buildPriceRow({ id: 1, minInputTokens: 10 }),
      buildPriceRow({ id: 2, dailyUtcFrom: 0, dailyUtcTo: 86_400 }),
    ];
    expect(chosen(rows, { inputTotal: 50 })).toBe(2);
  });

  test("of two rows that say the same the later written one is chosen", () => {
    const rows = [buildPriceRow({ id: 4 }), buildPriceRow({ id: 5 })];
    expect(chosen(rows)).toBe(5);
    expect(chosen([...rows].reverse())).toBe(5);
  });

  test("without a matching row there is no price", () => {
    expect(chosen([])).toBeNull();
    expect(chosen([buildPriceRow({ serviceTier: "flex" })])).toBeNull();
  });
});

describe("isFreeAt", () => {
  const zero = { input_text: 0n, output_text: 0n };
  const dear = { input_text: 0n, output_text: 1n };
  const free = (rows: readonly PriceRow[], instant = "2026-11-21T12:00:00Z") => isFreeAt(rows, at(instant));

  test("is true when no component costs anything, tools included", () => {
    expect(free([buildPriceRow({ components: zero })])).toBe(true);
    expect(free([buildPriceRow({ components: dear })])).toBe(false);
    expect(free([buildPriceRow({ components: { ...zero, "tool.web_search": 1n } })])).toBe(false);
    expect(free([])).toBe(true);
  });

  test("looks past no level that prices every call", () => {
    const catalogue = buildPriceRow({ id: -1, source: "catalogue", provider: "openai", components: dear });
    expect(free([buildPriceRow({ components: zero }), catalogue])).toBe(true);
    expect(free([buildPriceRow({ components: zero, serviceTier: "flex" }), catalogue])).toBe(false);
    expect(free([buildPriceRow({ components: zero, minInputTokens: 5 }), catalogue])).toBe(false);
  });

  test("knows what was replaced, what is still to come, and which hours it is", () => {
    const before = buildPriceRow({ id: 1, components: dear });
    const now = buildPriceRow({ id: 2, components: zero, effectiveFrom: 5 });
    expect(free([before, now])).toBe(true);
    expect(free([now, buildPriceRow({ id: 3, components: dear, effectiveFrom: at("2027-01-01T00:00:00Z") })])).toBe(
      true,
    );
    const byDay = buildPriceRow({ id: 3, components: dear, effectiveFrom: 5, dailyUtcFrom: 3600, dailyUtcTo: 7200 });
    expect(free([now, byDay])).toBe(true);
    expect(free([now, byDay], "2026-11-21T01:30:00Z")).toBe(false);
  });

  test("asks for every tier and size that a reply may have, and behind priceAs", () => {
    const base = buildPriceRow({ id: 1, components: zero });
    expect(free([base, buildPriceRow({ id: 2, components: dear, serviceTier: "fast" })])).toBe(false);
    expect(free([base, buildPriceRow({ id: 2, components: dear, minInputTokens: 100 })])).toBe(false);
    expect(free([buildPriceRow({ priceAs: "other", target: [buildPriceRow({ components: dear })] })])).toBe(false);
    expect(free([buildPriceRow({ priceAs: "other", target: [base] })])).toBe(true);
  });
});
