import type { PriceRow, Usage, UsagePart } from "@/core/prices/price";
import { parseUnitPrice } from "@/core/prices/unit-price";
import { buildPriceRow, buildUsage } from "./build-usage";

/*
 * The row sets and golden vectors of protocols-and-pricing.md 7.3. A set is the model of its rows, so a test that calls a model by the name of
 * its set is charged the cost of the vector.
 */

/** Short names of the specification: `it` input_text, `cr` cache_read_text, `cl` cache_write_long, `oi` output_image. */
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
const COMPONENTS: Readonly<Record<string, string>> = {
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

/** Decimal strings in the unit of each component: USD per million, tools and requests per thousand, images each, audio per hour. */
type Amounts = Readonly<Record<string, string>>;
type Given = Partial<Omit<PriceRow, "id" | "model" | "components">>;
type Draft = readonly [amounts: Amounts, given?: Given];

const BRAVO: Amounts = { in: "3", read: "0.3", write: "3.75", long: "6", out: "15", "tool.web_search": "10" };
const AUGUST = Date.parse("2026-08-17T00:00:00Z");
const DRAFTS = {
  alpha: [
    [
      {
        ...{ in: "2.5", read: "0.25", write: "3.125", long: "5", out: "15" },
        ...{ "tool.web_search": "10", "tool.file_search": "2.5", "tool.code_session": "30" },
      },
    ],
    [{ in: "5", read: "0.5", write: "6.25", long: "10", out: "22.5" }, { minInputTokens: 272_000 }],
    [{ in: "1.25", read: "0.125", out: "7.5" }, { serviceTier: "flex" }],
  ],
  bravo: [
    [BRAVO],
    [{ in: "6", read: "0.6", write: "7.5", long: "12", out: "22.5" }, { minInputTokens: 200_001 }],
    [BRAVO, { effectiveFrom: Date.parse("2026-03-13T00:00:00Z") }],
    [{ in: "18", out: "90" }, { serviceTier: "fast" }],
  ],
  charlie: [
    [
      {
        ...{ in: "1.25", in_audio: "3", read: "0.125", read_audio: "0.3", out: "10", out_image: "30" },
        "tool.google_search": "14",
      },
    ],
    [{ in: "2.5", read: "0.25", out: "15" }, { minInputTokens: 200_001 }],
  ],
  delta: [[{ in: "0.0375", write: "0.0125", out: "0.15" }]],
  echo: [[{ in: "10", read: "0.25", write: "12.5", long: "20", out: "50" }]],
  foxtrot: [[{ in: "2.5", in_audio: "40", read: "1.25", out: "10", out_audio: "80" }]],
  golf: [[{ in: "5", in_image: "10", out: "10", out_image: "40" }]],
  hotel: [[{ audio_hour: "0.36" }]],
  india: [[{ character: "15" }]],
  juliet: [[{ in: "0.02" }]],
  kilo: [[{ image: "0.04" }]],
  lima: [
    [{ in: "0.14", read: "0.0028", out: "0.28" }],
    [{ in: "0.22", read: "0.007", out: "0.66" }, { effectiveFrom: AUGUST }],
    [
      { in: "0.44", read: "0.014", out: "1.32" },
      { effectiveFrom: AUGUST, dailyUtcFrom: 3600, dailyUtcTo: 14_400 },
    ],
  ],
  mike: [[{ in: "0", out: "0" }]],
  november: [[{ in: "1", out: "2", request: "12" }]],
} as const satisfies Readonly<Record<string, readonly Draft[]>>;

/** Name of a row set; the model of its rows. */
export type GoldenSet = keyof typeof DRAFTS;

/** Admin rows of every set, in the order of the specification, with ids from 1001. */
export const GOLDEN_ROWS: readonly PriceRow[] = Object.entries(DRAFTS)
  .flatMap(([model, drafts]) => (drafts as readonly Draft[]).map((draft) => ({ model, draft })))
  .map(({ model, draft: [amounts, given] }, index) =>
    buildPriceRow({ id: 1001 + index, model, components: componentsOf(amounts), ...given }),
  );

function componentsOf(amounts: Amounts): Record<string, bigint> {
  const parsed = Object.entries(amounts).map(([short, text]): [string, bigint] => {
    const name = COMPONENTS[short] ?? short;
    const pico = parseUnitPrice(name, text);
    if (typeof pico !== "bigint") throw new TypeError(`not a price of ${name}: ${text}`);
    return [name, pico];
  });
  return Object.fromEntries(parsed);
}

/** The rows of a model of the sets; empty for any other. */
export function goldenRowsOf(model: string): readonly PriceRow[] {
  return GOLDEN_ROWS.filter((row) => row.model === model);
}

/** Counts by the short names of the specification. */
type ShortCounts = Partial<Record<keyof typeof CLASSES, number>>;

/** Counts in normal form from short names: `{ it: 10 }` is `{ input_text: 10 }`. */
export function goldenCounts(short: ShortCounts): UsagePart["counts"] {
  const named = Object.entries(short).map(([name, count]) => [CLASSES[name as keyof typeof CLASSES], count]);
  return Object.fromEntries(named);
}

/** One vector of 7.3. */
export type GoldenVector = {
  readonly set: GoldenSet;
  /** The normal form that the reply reads as. */
  readonly usage: Usage;
  /** Instant of admission, epoch ms. */
  readonly at: number;
  /** Multiplier of the channel, and those set on the user's groups; millionths. */
  readonly channelPpm: number;
  readonly groupPpms: readonly number[];
  readonly costNanoUsd: number;
  readonly listCostNanoUsd: number;
  /** Flags of the ledger entry: those of the reader, then those of the price. */
  readonly flags: readonly string[];
};

type Rest = Partial<Pick<GoldenVector, "channelPpm" | "groupPpms" | "listCostNanoUsd">> & {
  readonly at?: string;
  /** Flags that the reader gives, and those that pricing adds. */
  readonly read?: readonly string[];
  readonly priced?: readonly string[];
};
type Form = ShortCounts &
  Partial<Pick<Usage, "tools" | "images" | "characters" | "audioMs" | "tier" | "source" | "parts" | "reasoning">> & {
    readonly rest?: Rest;
  };

function vector(set: GoldenSet, { rest = {}, ...form }: Form, costNanoUsd: number): GoldenVector {
  const { tools, images, characters, audioMs, tier, source, parts, reasoning, ...short } = form;
  const { at = "2026-11-21T12:00:00Z", read = [], priced = [] } = rest;
  const given = { tools, images, characters, audioMs, tier, source, parts, reasoning };
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return {
    ...{ set, costNanoUsd, at: Date.parse(at), flags: [...read, ...priced] },
    usage: buildUsage({ counts: goldenCounts(short), flags: read, ...known }),
    ...{ channelPpm: rest.channelPpm ?? 1_000_000, groupPpms: rest.groupPpms ?? [] },
    listCostNanoUsd: rest.listCostNanoUsd ?? costNanoUsd,
  };
}

const EDGE = "2026-03-12T23:59:59Z";

/** G1 to G44 of protocols-and-pricing.md 7.3. */
export const GOLDEN_VECTORS = {
  G1: vector("alpha", { it: 4000, cr: 6000, ot: 500, reasoning: 300 }, 19_000_000),
  G2: vector("alpha", { it: 3000, cr: 2000, cw: 5000, ot: 100 }, 25_125_000),
  G3: vector("alpha", { it: 71_999, cr: 200_000, ot: 1000 }, 244_997_500),
  G4: vector("alpha", { it: 72_000, cr: 200_000, ot: 1000 }, 482_500_000),
  G5: vector("alpha", { it: 8000, ot: 2000, tier: "flex" }, 25_000_000),
  G6: vector("alpha", { it: 8000, ot: 2000, tier: "scale", rest: { priced: ["tier_price_missing"] } }, 50_000_000),
  G7: vector("alpha", { it: 3000, ot: 400, tools: { web_search: 2, file_search: 1, code_session: 1 } }, 66_000_000),
  G8: vector("alpha", { it: 10_000, cr: 1000, cw: 3000, cl: 6000, ot: 10 }, 64_775_000),
  G9: vector("alpha", { it: 10, ot: 57 }, 880_000),
  G10: vector("alpha", { it: 100, ot: 310, reasoning: 300, rest: { read: ["total_gap"] } }, 4_900_000),
  G11: vector("lima", { it: 904, cr: 4096, ot: 300 }, 425_552),
  G12: vector("foxtrot", { it: 200, ia: 1000, ot: 80, oa: 320 }, 66_900_000),
  G13: vector("alpha", { cr: 100, rest: { read: ["usage_inconsistent"] } }, 25_000),
  G14: vector("bravo", { it: 2000, cr: 30_000, cw: 1000, cl: 4000, ot: 700 }, 53_250_000),
  G15: vector("bravo", { it: 2000, cw: 5000, ot: 700 }, 35_250_000),
  G16: vector("bravo", { it: 1000, cr: 199_500, ot: 100, rest: { at: EDGE } }, 127_950_000),
  G17: vector("bravo", { it: 1000, cr: 199_500, ot: 100, rest: { at: "2026-03-13T00:00:00Z" } }, 64_350_000),
  G18: vector("bravo", { it: 500, cr: 199_500, ot: 100, rest: { at: EDGE } }, 62_850_000),
  G19: vector("bravo", { it: 25, cr: 1000, cw: 300, ot: 90 }, 2_850_000),
  G20: vector("echo", { it: 100, cr: 400_000, ot: 2000 }, 201_000_000),
  G21: vector(
    "bravo",
    {
      ...{ it: 4000, ot: 600 },
      parts: [
        { model: null, counts: goldenCounts({ it: 180_000, ot: 2500 }) },
        { model: "echo", counts: goldenCounts({ it: 823, ot: 531 }) },
      ],
    },
    633_280_000,
  ),
  G22: vector("bravo", { it: 9000, ot: 900, tools: { web_search: 4 } }, 80_500_000),
  G23: vector("bravo", { it: 1000, ot: 200, tier: "fast" }, 36_000_000),
  G24: vector("charlie", { it: 750, cr: 400, ot: 1000, reasoning: 800 }, 10_987_500),
  G25: vector("charlie", { it: 200_001, ot: 1000 }, 515_002_500),
  G26: vector("charlie", { it: 600, ia: 200, cr: 100, ca: 100, ot: 50, oi: 1290 }, 40_592_500),
  G27: vector("charlie", { it: 500, ot: 300, tools: { google_search: 3 } }, 45_625_000),
  G28: vector("delta", { it: 1 }, 38),
  G29: vector("delta", { it: 1, cw: 1 }, 50),
  G30: vector("delta", { it: 1, rest: { channelPpm: 1_500_000, listCostNanoUsd: 38 } }, 56),
  G31: vector(
    "alpha",
    {
      it: 4000,
      cr: 6000,
      ot: 500,
      reasoning: 300,
      rest: { channelPpm: 1_100_000, groupPpms: [500_000, 333_333], listCostNanoUsd: 19_000_000 },
    },
    6_966_660,
  ),
  G32: vector("delta", { it: 200, cr: 800, ot: 10, rest: { priced: ["price_fallback"] } }, 39_000),
  G33: vector("juliet", { it: 12_345 }, 246_900),
  G34: vector("golf", { it: 50, ii: 323, oi: 4160 }, 169_880_000),
  G35: vector("kilo", { images: 3 }, 120_000_000),
  G36: vector("hotel", { audioMs: 12_340 }, 1_234_000),
  G37: vector("india", { characters: 1234 }, 18_510_000),
  G38: vector("november", { it: 1000, ot: 500 }, 14_000_000),
  G39: vector("lima", { it: 1000, ot: 1000, rest: { at: "2026-11-21T03:59:59Z" } }, 1_760_000),
  G40: vector("lima", { it: 1000, ot: 1000, rest: { at: "2026-11-21T04:00:00Z" } }, 880_000),
  G41: vector("lima", { it: 1000, ot: 1000, rest: { at: "2026-08-16T02:00:00Z" } }, 420_000),
  G42: vector("mike", { it: 1000, ot: 1000 }, 0),
  G43: vector("bravo", { it: 1200, ot: 85, source: "estimated" }, 4_875_000),
  G44: vector("echo", { it: 2_000_000_000, ot: 2_000_000_000 }, 120_000_000_000_000),
} as const satisfies Readonly<Record<string, GoldenVector>>;

/** `G1` to `G44`. */
export type GoldenName = keyof typeof GOLDEN_VECTORS;
