import { buildPriceRow, buildUsage } from "@test/build-usage";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type PriceRow, TOKEN_CLASSES, type Usage } from "./price";
import { priceUsage } from "./price-usage";
import { recompute } from "./recompute";

const NAMES: Readonly<Record<string, string>> = {
  in: "input_text",
  in_audio: "input_audio",
  in_image: "input_image",
  read: "cache_read_text",
  read_audio: "cache_read_audio",
  write: "cache_write",
  long: "cache_write_long",
  out: "output_text",
  out_audio: "output_audio",
  out_image: "output_image",
};
/** Pico-USD: USD per million, tools and requests per thousand, images each, audio per hour. */
const SCALE: Readonly<Record<string, number>> = { request: 1e9, image: 1e12, audio_hour: 1e12, character: 1e6 };

function components(prices: Readonly<Record<string, number>>): Record<string, bigint> {
  const scaled = Object.entries(prices).map(([name, price]) => {
    const scale = name.startsWith("tool.") ? 1e9 : (SCALE[name] ?? 1e6);
    return [NAMES[name] ?? name, BigInt(Math.round(price * scale))];
  });
  return Object.fromEntries(scaled);
}

let nextId = 1;
const row = (prices: Readonly<Record<string, number>>, given: Partial<PriceRow> = {}) =>
  buildPriceRow({ id: nextId++, components: components(prices), ...given });

const bravoBase = {
  in: 3,
  read: 0.3,
  write: 3.75,
  long: 6,
  out: 15,
  "tool.web_search": 10,
};
const SETS: Readonly<Record<string, readonly PriceRow[]>> = {
  alpha: [
    row({
      ...{ in: 2.5, read: 0.25, write: 3.125, long: 5, out: 15 },
      ...{ "tool.web_search": 10, "tool.file_search": 2.5, "tool.code_session": 30 },
    }),
    row({ in: 5, read: 0.5, write: 6.25, long: 10, out: 22.5 }, { minInputTokens: 272_000 }),
    row({ in: 1.25, read: 0.125, out: 7.5 }, { serviceTier: "flex" }),
  ],
  bravo: [
    row(bravoBase),
    row({ in: 6, read: 0.6, write: 7.5, long: 12, out: 22.5 }, { minInputTokens: 200_001 }),
    row(bravoBase, { effectiveFrom: Date.parse("2026-03-13T00:00:00Z") }),
    row({ in: 18, out: 90 }, { serviceTier: "fast" }),
  ],
  charlie: [
    row({
      ...{ in: 1.25, in_audio: 3, read: 0.125, read_audio: 0.3, out: 10, out_image: 30 },
      "tool.google_search": 14,
    }),
    row({ in: 2.5, read: 0.25, out: 15 }, { minInputTokens: 200_001 }),
  ],
  delta: [row({ in: 0.0375, write: 0.0125, out: 0.15 })],
  echo: [row({ in: 10, read: 0.25, write: 12.5, long: 20, out: 50 })],
  foxtrot: [row({ in: 2.5, in_audio: 40, read: 1.25, out: 10, out_audio: 80 })],
  golf: [row({ in: 5, in_image: 10, out: 10, out_image: 40 })],
  hotel: [row({ audio_hour: 0.36 })],
  india: [row({ character: 15 })],
  juliet: [row({ in: 0.02 })],
  kilo: [row({ image: 0.04 })],
  mike: [row({ in: 0, out: 0 })],
  november: [row({ in: 1, out: 2, request: 12 })],
  lima: [
    row({ in: 0.14, read: 0.0028, out: 0.28 }),
    row({ in: 0.22, read: 0.007, out: 0.66 }, { effectiveFrom: Date.parse("2026-08-17T00:00:00Z") }),
    row(
      { in: 0.44, read: 0.014, out: 1.32 },
      { effectiveFrom: Date.parse("2026-08-17T00:00:00Z"), dailyUtcFrom: 3600, dailyUtcTo: 14_400 },
    ),
  ],
};

const CLASSES = {
  it: "input_text",
  ia: "input_audio",
  ii: "input_image",
  cr: "cache_read_text",
  ca: "cache_read_audio",
  cw: "cache_write",
  cl: "cache_write_long",
  ot: "output_text",
  oa: "output_audio",
  oi: "output_image",
} as const;
type Short = Partial<Record<keyof typeof CLASSES, number>>;
const counts = (short: Short) =>
  Object.fromEntries(Object.entries(short).map(([name, count]) => [CLASSES[name as keyof typeof CLASSES], count]));

type Vector = {
  set: string;
  form: Short & { tools?: Record<string, number>; images?: number; characters?: number; audioMs?: number };
  cost: number;
  at?: string;
  tier?: string;
  parts?: Usage["parts"];
  channelPpm?: number;
  groupPpm?: number;
  listCost?: number;
  flags?: readonly string[];
};
const NOON = "2026-11-21T12:00:00Z";
const EDGE = "2026-03-12T23:59:59Z";
const VECTORS: Readonly<Record<string, Vector>> = {
  G1: { set: "alpha", form: { it: 4000, cr: 6000, ot: 500 }, cost: 19000000 },
  G2: { set: "alpha", form: { it: 3000, cr: 2000, cw: 5000, ot: 100 }, cost: 25125000 },
  G3: { set: "alpha", form: { it: 71999, cr: 200000, ot: 1000 }, cost: 244997500 },
  G4: { set: "alpha", form: { it: 72000, cr: 200000, ot: 1000 }, cost: 482500000 },
  G5: { set: "alpha", form: { it: 8000, ot: 2000 }, cost: 25000000, tier: "flex" },
  G6: { set: "alpha", form: { it: 8000, ot: 2000 }, cost: 50000000, tier: "scale", flags: ["tier_price_missing"] },
  G7: {
    set: "alpha",
    form: { it: 3000, ot: 400, tools: { web_search: 2, file_search: 1, code_session: 1 } },
    cost: 66000000,
  },
  G8: { set: "alpha", form: { it: 10000, cr: 1000, cw: 3000, cl: 6000, ot: 10 }, cost: 64775000 },
  G9: { set: "alpha", form: { it: 10, ot: 57 }, cost: 880000 },
  G10: { set: "alpha", form: { it: 100, ot: 310 }, cost: 4900000 },
  G11: { set: "lima", form: { it: 904, cr: 4096, ot: 300 }, cost: 425552 },
  G12: { set: "foxtrot", form: { it: 200, ia: 1000, ot: 80, oa: 320 }, cost: 66900000 },
  G13: { set: "alpha", form: { cr: 100 }, cost: 25000 },
  G14: { set: "bravo", form: { it: 2000, cr: 30000, cw: 1000, cl: 4000, ot: 700 }, cost: 53250000 },
  G15: { set: "bravo", form: { it: 2000, cw: 5000, ot: 700 }, cost: 35250000 },
  G16: { set: "bravo", form: { it: 1000, cr: 199500, ot: 100 }, cost: 127950000, at: EDGE },
  G17: { set: "bravo", form: { it: 1000, cr: 199500, ot: 100 }, cost: 64350000, at: "2026-03-13T00:00:00Z" },
  G18: { set: "bravo", form: { it: 500, cr: 199500, ot: 100 }, cost: 62850000, at: EDGE },
  G19: { set: "bravo", form: { it: 25, cr: 1000, cw: 300, ot: 90 }, cost: 2850000 },
  G20: { set: "echo", form: { it: 100, cr: 400000, ot: 2000 }, cost: 201000000 },
  G21: {
    set: "bravo",
    form: { it: 4000, ot: 600 },
    parts: [
      { model: null, counts: counts({ it: 180000, ot: 2500 }) },
      { model: "echo", counts: counts({ it: 823, ot: 531 }) },
    ],
    cost: 633280000,
  },
  G22: { set: "bravo", form: { it: 9000, ot: 900, tools: { web_search: 4 } }, cost: 80500000 },
  G23: { set: "bravo", form: { it: 1000, ot: 200 }, cost: 36000000, tier: "fast" },
  G24: { set: "charlie", form: { it: 750, cr: 400, ot: 1000 }, cost: 10987500 },
  G25: { set: "charlie", form: { it: 200001, ot: 1000 }, cost: 515002500 },
  G26: { set: "charlie", form: { it: 600, ia: 200, cr: 100, ca: 100, ot: 50, oi: 1290 }, cost: 40592500 },
  G27: { set: "charlie", form: { it: 500, ot: 300, tools: { google_search: 3 } }, cost: 45625000 },
  G28: { set: "delta", form: { it: 1 }, cost: 38 },
  G29: { set: "delta", form: { it: 1, cw: 1 }, cost: 50 },
  G30: { set: "delta", form: { it: 1 }, cost: 56, channelPpm: 1_500_000, listCost: 38 },
  G31: {
    set: "alpha",
    form: { it: 4000, cr: 6000, ot: 500 },
    cost: 6966660,
    channelPpm: 1_100_000,
    groupPpm: 333_333,
    listCost: 19000000,
  },
  G32: { set: "delta", form: { it: 200, cr: 800, ot: 10 }, cost: 39000, flags: ["price_fallback"] },
  G33: { set: "juliet", form: { it: 12345 }, cost: 246900 },
  G34: { set: "golf", form: { it: 50, ii: 323, oi: 4160 }, cost: 169880000 },
  G35: { set: "kilo", form: { images: 3 }, cost: 120000000 },
  G36: { set: "hotel", form: { audioMs: 12340 }, cost: 1234000 },
  G37: { set: "india", form: { characters: 1234 }, cost: 18510000 },
  G38: { set: "november", form: { it: 1000, ot: 500 }, cost: 14000000 },
  G39: { set: "lima", form: { it: 1000, ot: 1000 }, cost: 1760000, at: "2026-11-21T03:59:59Z" },
  G40: { set: "lima", form: { it: 1000, ot: 1000 }, cost: 880000, at: "2026-11-21T04:00:00Z" },
  G41: { set: "lima", form: { it: 1000, ot: 1000 }, cost: 420000, at: "2026-08-16T02:00:00Z" },
  G42: { set: "mike", form: { it: 1000, ot: 1000 }, cost: 0 },
  G43: { set: "bravo", form: { it: 1200, ot: 85 }, cost: 4875000 },
  G44: { set: "echo", form: { it: 2_000_000_000, ot: 2_000_000_000 }, cost: 120000000000000 },
};

function price(vector: Vector) {
  const { tools = {}, images = 0, characters = 0, audioMs = 0, ...short } = vector.form;
  return priceUsage({
    usage: buildUsage({
      ...{ counts: counts(short), tools, images, characters, audioMs },
      ...{ tier: vector.tier ?? "standard", parts: vector.parts ?? [] },
    }),
    model: vector.set,
    rows: (model) => SETS[model] ?? [],
    at: Date.parse(vector.at ?? NOON),
    channelPpm: vector.channelPpm ?? 1_000_000,
    groupPpm: vector.groupPpm ?? 1_000_000,
  });
}

describe("golden vectors", () => {
  test("all 44 are here", () => {
    expect(Object.keys(VECTORS)).toEqual(Array.from({ length: 44 }, (_, i) => `G${i + 1}`));
  });

  test.each(Object.entries(VECTORS))("%s", (_, vector) => {
    const priced = price(vector);
    expect(priced.costNanoUsd).toBe(vector.cost);
    expect(priced.listCostNanoUsd).toBe(vector.listCost ?? vector.cost);
    expect(priced.detail.listCostNanoUsd).toBe(priced.listCostNanoUsd);
    expect(priced.detail.flags).toEqual(vector.flags ?? []);
    expect(recompute(JSON.parse(JSON.stringify(priced.detail)))).toBe(vector.cost);
  });
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
    const priced = price(VECTORS.G21 as Vector);
    expect(priced.detail.usage).toEqual({ input_text: 184_823, output_text: 3631 });
    expect(priced.detail.parts.map(({ model }) => model)).toEqual(["bravo", "bravo", "echo"]);
    expect(priced.detail.parts[2]?.components).toEqual({ input_text: "10000000", output_text: "50000000" });
    expect(priced.detail.parts[2]?.priceRowId).toBe(SETS.echo?.[0]?.id);
  });

  test("a part on an unpriced model is charged as the requested model, flagged", () => {
    const parts = [{ model: "unknown", counts: { input_text: 10 } }];
    const rows = (model: string) => (model === "m" ? [row({ in: 1 })] : []);
    const priced = priceUsage({ ...ask, usage: buildUsage({ counts: { input_text: 1 }, parts }), rows });
    expect(priced.costNanoUsd).toBe(11_000);
    expect(priced.detail.flags).toEqual(["secondary_unpriced"]);
  });

  test("a tool without a price costs nothing, flagged; one that was not used is not", () => {
    const usage = buildUsage({ counts: { input_text: 1 }, tools: { web_search: 3, file_search: 0 } });
    const priced = priceUsage({ ...ask, usage, rows: () => [row({ in: 1 })] });
    expect(priced.costNanoUsd).toBe(1000);
    expect(priced.detail.flags).toEqual(["tool_unpriced"]);
  });

  test("a class that nothing prices is flagged", () => {
    const usage = buildUsage({ counts: { input_text: 5, output_text: 5 } });
    const priced = priceUsage({ ...ask, usage, rows: () => [row({ out: 1 })] });
    expect(priced.costNanoUsd).toBe(5000);
    expect(priced.detail.flags).toEqual(["component_missing"]);
  });

  test("flags of the usage stay, and none is repeated", () => {
    const usage = buildUsage({ counts: { cache_read_text: 1, cache_read_audio: 1 }, flags: ["usage_inconsistent"] });
    const priced = priceUsage({ ...ask, usage, rows: () => [row({ in: 1 })] });
    expect(priced.detail.flags).toEqual(["usage_inconsistent", "price_fallback"]);
  });

  test("a cost beyond 2^53 nano-USD is cut to it, flagged, and recomputed alike", () => {
    const usage = buildUsage({ counts: { input_text: Number.MAX_SAFE_INTEGER } });
    const priced = priceUsage({ ...ask, usage, rows: () => [row({ in: 100 })] });
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
  for (const name of TOKEN_CLASSES) add(usage.counts[name] ?? 0, at(...(chains[name] ?? [])));
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
  const usage = fc
    .record({
      counts: fc.record(Object.fromEntries(TOKEN_CLASSES.map((name) => [name, count])), { requiredKeys: [] }),
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
        for (const name of Object.keys(components)) {
          const dearer = { ...components, [name]: (components[name] ?? 0n) + BigInt(more) };
          expect(priceWith(found, dearer, multipliers).costNanoUsd).toBeGreaterThanOrEqual(cost);
        }
      }),
      { numRuns: 500 },
    );
  });
});
