import { buildPriceRow, buildUsage } from "@test/build-usage";
import fc from "fast-check";
import { expect, test } from "vitest";
import { costCounts } from "./cost-counts";
import { TOKEN_CLASSES } from "./price";
import { priceUsage } from "./price-usage";
import { recompute } from "./recompute";

const names = [...TOKEN_CLASSES, "request", "tool.web_search"];
const components = fc.dictionary(fc.constantFrom(...names), fc.bigInt({ min: 0n, max: 20_000_000_000n }), {
  maxKeys: 6,
});
const row = fc.record({
  components,
  serviceTier: fc.constantFrom("standard", "flex"),
  minInputTokens: fc.constantFrom(0, 0, 200_000),
});
const ppm = fc.oneof(fc.constant(1_000_000), fc.nat({ max: 5_000_000 }));
const tools = fc.dictionary(fc.constantFrom("web_search", "web_fetch"), fc.nat({ max: 1_000 }));
const counts = fc.dictionary(fc.constantFrom(...TOKEN_CLASSES), fc.nat({ max: 3_000_000 }), { maxKeys: 4 });

test("counts cost what the price function charges for them, whatever rows, tiers and multipliers", () => {
  fc.assert(
    fc.property(
      fc.tuple(counts, tools),
      fc.array(row, { maxLength: 4 }),
      fc.tuple(ppm, ppm),
      (...[[given, used], found, [channelPpm, groupPpm]]) => {
        const rows = found.map((parts, id) => buildPriceRow({ id, ...parts }));
        const ask = { rows, at: 1_000, channelPpm, groupPpm };
        const usage = buildUsage({ counts: given, tools: used, tier: "flex" });
        const charged = priceUsage({ ...ask, usage, model: "model", rows: () => rows }).costNanoUsd;
        expect(costCounts({ ...ask, counts: given, tools: used, tier: "flex" })).toBe(charged);
      },
    ),
    { numRuns: 2_000 },
  );
});

const unitNames = ["image", "image.1024x1024/hd", "image.hd", "image.1792x1024", "character", "audio_hour", "request"];
const prices = fc.dictionary(fc.constantFrom(...unitNames), fc.bigInt({ min: 0n, max: 20_000_000_000_000n }));
const units = fc.record({
  images: fc.nat({ max: 128 }),
  imageVariant: fc.record({
    size: fc.constantFrom("1024x1024", "1792x1024", "256x256"),
    quality: fc.constantFrom("standard", "hd"),
  }),
  characters: fc.nat({ max: 100_000 }),
  audioMs: fc.nat({ max: 40_000_000 }),
});

test("images, characters and audio cost what the price function charges for them", () => {
  fc.assert(
    fc.property(units, prices, fc.tuple(ppm, ppm), (...[used, given, [channelPpm, groupPpm]]) => {
      const rows = [buildPriceRow({ components: given })];
      const ask = { rows, at: 1_000, channelPpm, groupPpm };
      const priced = priceUsage({ ...ask, usage: buildUsage(used), model: "model", rows: () => rows });
      expect(costCounts({ ...ask, counts: {}, units: used, tier: "standard" })).toBe(priced.costNanoUsd);
      expect(recompute(priced.detail)).toBe(priced.costNanoUsd);
    }),
    { numRuns: 2_000 },
  );
});

test("without a row counts are free", () => {
  const ask = { counts: { input_text: 5 }, tier: "standard", rows: [], at: 0 };
  expect(costCounts({ ...ask, channelPpm: 1_000_000, groupPpm: 1_000_000 })).toBe(0);
});
