import { buildPriceRow, buildUsage } from "@test/build-usage";
import { GOLDEN_VECTORS, goldenRowsOf } from "@test/golden-prices";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type PriceRow, TOKEN_CLASSES, type Usage } from "./price";
import { priceUsage } from "./price-usage";
import { recompute } from "./recompute";

/** USD per million tokens as pico-USD per token. */
const row = (prices: Readonly<Record<string, number>>) =>
  buildPriceRow({
    components: Object.fromEntries(Object.entries(prices).map(([name, usd]) => [name, BigInt(usd * 1_000_000)])),
  });

describe("priceUsage", () => {
  const ask = { model: "m", at: 0, channelPpm: 1_000_000, groupPpm: 1_000_000 };

  test("a model without rows costs nothing and says so", () => {
    const priced = priceUsage({ ...ask, usage: buildUsage({ counts: { input_text: 7 } }), rows: () => [] });
    expect(priced.costNanoUsd).toBe(0);
    expect(priced.detail.flags).toEqual(["unpriced"]);
    expect(priced.detail.parts).toEqual([{ priceRowId: null, model: "m", counts: { input_text: 7 }, components: {} }]);
  });

  test("the detail names the row and the price of each counted class, and sums the parts", () => {
    const { usage, at } = GOLDEN_VECTORS.G21;
    const priced = priceUsage({ ...ask, usage, at, model: "bravo", rows: goldenRowsOf });
    expect(priced.detail.usage).toEqual({ input_text: 184_823, output_text: 3631 });
    expect(priced.detail.parts.map(({ model }) => model)).toEqual(["bravo", "bravo", "echo"]);
    expect(priced.detail.parts[2]?.components).toEqual({ input_text: "10000000", output_text: "50000000" });
    expect(priced.detail.parts[2]?.priceRowId).toBe(goldenRowsOf("echo")[0]?.id);
  });

  test("a part on an unpriced model is charged as the requested model, flagged", () => {
    const parts = [{ model: "unknown", counts: { input_text: 10 } }];
    const rows = (model: string) => (model === "m" ? [row({ input_text: 1 })] : []);
    const priced = priceUsage({ ...ask, usage: buildUsage({ counts: { input_text: 1 }, parts }), rows });
    expect(priced.costNanoUsd).toBe(11_000);
    expect(priced.detail.flags).toEqual(["secondary_unpriced"]);
  });

  test("a tool without a price costs nothing, flagged; one that was not used is not", () => {
    const usage = buildUsage({ counts: { input_text: 1 }, tools: { web_search: 3, file_search: 0 } });
    const priced = priceUsage({ ...ask, usage, rows: () => [row({ input_text: 1 })] });
    expect(priced.costNanoUsd).toBe(1000);
    expect(priced.detail.flags).toEqual(["tool_unpriced"]);
  });

  test("a class that nothing prices is flagged", () => {
    const usage = buildUsage({ counts: { input_text: 5, output_text: 5 } });
    const priced = priceUsage({ ...ask, usage, rows: () => [row({ output_text: 1 })] });
    expect(priced.costNanoUsd).toBe(5000);
    expect(priced.detail.flags).toEqual(["component_missing"]);
  });

  test("flags of the usage stay, and none is repeated", () => {
    const usage = buildUsage({ counts: { cache_read_text: 1, cache_read_audio: 1 }, flags: ["usage_inconsistent"] });
    const priced = priceUsage({ ...ask, usage, rows: () => [row({ input_text: 1 })] });
    expect(priced.detail.flags).toEqual(["usage_inconsistent", "price_fallback"]);
  });

  test("a cost beyond 2^53 nano-USD is cut to it, flagged, and recomputed alike", () => {
    const usage = buildUsage({ counts: { input_text: Number.MAX_SAFE_INTEGER } });
    const priced = priceUsage({ ...ask, usage, rows: () => [row({ input_text: 100 })] });
    expect(priced.costNanoUsd).toBe(Number.MAX_SAFE_INTEGER);
    expect(priced.detail.flags).toEqual(["cost_capped"]);
    expect(recompute(priced.detail)).toBe(Number.MAX_SAFE_INTEGER);
  });
});

/** A second implementation with fractions of BigInt, sharing nothing with the first but the row. */
function rationalCost(usage: Usage, row: PriceRow, ppm: readonly [number, number]): bigint {
  let numerator = 0n;
  const add = (count: number, pico: bigint, per = 1n) => {
    numerator += (BigInt(count) * pico * 3_600_000n) / per;
  };
  const at = (...names: string[]) => names.map((name) => row.components[name]).find((pico) => pico !== undefined) ?? 0n;
  const chains: Record<string, string[]> = {
    cache_write: ["cache_write", "input_text"],
    cache_write_long: ["cache_write_long", "cache_write", "input_text"],
  };
  for (const kind of ["text", "audio", "image", "video"]) {
    chains[`input_${kind}`] = [`input_${kind}`, "input_text"];
    chains[`output_${kind}`] = [`output_${kind}`, "output_text", "input_text"];
    chains[`cache_read_${kind}`] = [`cache_read_${kind}`, "cache_read_text", `input_${kind}`, "input_text"];
  }
  for (const counts of [usage.counts, ...usage.parts.map((part) => part.counts)])
    for (const name of TOKEN_CLASSES) add(counts[name] ?? 0, at(...(chains[name] ?? [])));
  for (const [tool, count] of Object.entries(usage.tools)) add(count, at(`tool.${tool}`));
  add(usage.images, at("image"));
  add(usage.characters, at("character"));
  add(usage.audioMs, at("audio_hour"), 3_600_000n);
  add(1, at("request"));
  numerator *= BigInt(ppm[0]) * BigInt(ppm[1]);
  const divisor = 3_600_000n * 1000n * 10n ** 12n;
  const whole = numerator / divisor;
  return 2n * (numerator % divisor) >= divisor ? whole + 1n : whole;
}

describe("random usages", () => {
  const pico = fc.bigInt({ min: 0n, max: 200_000_000n });
  const names = [...TOKEN_CLASSES, "tool.web_search", "image", "character", "request", "audio_hour"];
  const prices = fc
    .record(Object.fromEntries(names.map((name) => [name, pico])), { requiredKeys: ["input_text"] })
    .map((found) => Object.fromEntries(Object.entries(found).flatMap(([k, v]) => (v === undefined ? [] : [[k, v]]))));
  const count = fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: 3_000_000 }));
  const counts = fc.record(Object.fromEntries(TOKEN_CLASSES.map((name) => [name, count])), { requiredKeys: [] });
  const usage = fc
    .record({
      counts,
      parts: fc.array(fc.record({ model: fc.constantFrom(null, "m", "other"), counts }), { maxLength: 2 }),
      tools: fc.record({ web_search: fc.nat({ max: 50 }) }, { requiredKeys: [] }),
      images: fc.nat({ max: 10 }),
      characters: fc.nat({ max: 10_000 }),
      audioMs: fc.oneof(fc.constant(0), fc.nat({ max: 10_000_000 })),
    })
    .map((found) => buildUsage(found as Partial<Usage>));
  const ppm = fc.oneof(fc.constant(1_000_000), fc.nat({ max: 100_000_000 }));
  const priceWith = (
    found: Usage,
    components: Record<string, bigint>,
    [channelPpm, groupPpm]: readonly [number, number],
  ) =>
    priceUsage({
      ...{ usage: found, model: "m", at: 0, channelPpm, groupPpm },
      rows: () => [buildPriceRow({ components })],
    });

  test("10,000 costs equal the rational ones, and recompute gives them again", () => {
    fc.assert(
      fc.property(usage, prices, fc.tuple(ppm, ppm), (found, components, multipliers) => {
        const priced = priceWith(found, components, multipliers);
        const expected = rationalCost(found, buildPriceRow({ components }), multipliers);
        const cap = BigInt(Number.MAX_SAFE_INTEGER);
        expect(BigInt(priced.costNanoUsd)).toBe(expected > cap ? cap : expected);
        expect(recompute(priced.detail)).toBe(priced.costNanoUsd);
      }),
      { numRuns: 10_000 },
    );
  });

  test("a cost never falls when a count or a price grows", () => {
    const change = fc.tuple(ppm, ppm, fc.nat({ max: 1000 }));
    fc.assert(
      fc.property(usage, prices, change, (found, components, [channelPpm, groupPpm, more]) => {
        const multipliers = [channelPpm, groupPpm] as const;
        const cost = priceWith(found, components, multipliers).costNanoUsd;
        for (const name of TOKEN_CLASSES) {
          const grown = { ...found, counts: { ...found.counts, [name]: (found.counts[name] ?? 0) + more } };
          expect(priceWith(grown, components, multipliers).costNanoUsd).toBeGreaterThanOrEqual(cost);
        }
        for (const name of ["images", "characters", "audioMs"] as const) {
          const grown = { ...found, [name]: found[name] + more };
          expect(priceWith(grown, components, multipliers).costNanoUsd).toBeGreaterThanOrEqual(cost);
        }
        const searched = { ...found, tools: { web_search: (found.tools.web_search ?? 0) + more } };
        expect(priceWith(searched, components, multipliers).costNanoUsd).toBeGreaterThanOrEqual(cost);
        for (const name of Object.keys(components)) {
          const dearer = { ...components, [name]: (components[name] ?? 0n) + BigInt(more) };
          expect(priceWith(found, dearer, multipliers).costNanoUsd).toBeGreaterThanOrEqual(cost);
        }
      }),
      { numRuns: 500 },
    );
  });
});
