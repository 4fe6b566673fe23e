import type { ConditionalPrice, ModelInfo, ModelPrice, Provider, TieredPrices } from "@pydantic/genai-prices";
import type { ImportReport } from "@/core/prices/import-report";
import type { PriceRow } from "@/core/prices/price";
import { picoOf } from "./pico-of";

/** Catalogue key -> component of a price row. */
const COMPONENTS: Readonly<Record<string, string>> = {
  input_mtok: "input_text",
  input_audio_mtok: "input_audio",
  input_image_mtok: "input_image",
  input_video_mtok: "input_video",
  cache_read_mtok: "cache_read_text",
  cache_audio_read_mtok: "cache_read_audio",
  cache_image_read_mtok: "cache_read_image",
  cache_write_mtok: "cache_write",
  cache_write_1h_mtok: "cache_write_long",
  output_mtok: "output_text",
  output_audio_mtok: "output_audio",
  output_image_mtok: "output_image",
  output_video_mtok: "output_video",
  web_searches_kcount: "tool.web_search",
  storage_searches_kcount: "tool.file_search",
  requests_kcount: "request",
  audio_hours: "audio_hour",
  input_audio_hours: "audio_hour",
};
/** Decimal digits between a catalogue unit and pico-USD per unit. */
const DIGITS: Readonly<Record<string, number>> = { mtok: 6, kcount: 9, hours: 12 };
/** The catalogue's way to say that a model costs nothing. */
const FREE: Readonly<Record<string, bigint>> = { input_text: 0n, output_text: 0n };

type Draft = Omit<PriceRow, "id">;
type Notes = { rounded: ImportReport["rounded"][number][]; unknown: Map<string, number>; unpriced: string[] };
type Place = { readonly provider: string; readonly model: string };

/** The packaged prices as rows (protocols-and-pricing.md 7.2). Pure; ids count down from -1 in the order of the package. */
export function importPrices(providers: readonly Provider[]): { rows: readonly PriceRow[]; report: ImportReport } {
  const notes: Notes = { rounded: [], unknown: new Map(), unpriced: [] };
  const drafts = providers.flatMap((provider) =>
    provider.models.flatMap((model) => modelRows(provider.id, model, notes)),
  );
  const rows = drafts.map((draft, index): PriceRow => ({ ...draft, id: -1 - index }));
  const report: ImportReport = {
    providers: providers.length,
    models: providers.reduce((sum, provider) => sum + provider.models.length, 0),
    rows: rows.length,
    rounded: notes.rounded,
    unknownKeys: Object.fromEntries([...notes.unknown].sort()),
    unpriced: notes.unpriced,
  };
  return { rows, report };
}

/** A time-of-day entry begins with the latest `start_date` before it in the list. */
function modelRows(provider: string, model: ModelInfo, notes: Notes): readonly Draft[] {
  const place = { provider, model: model.id };
  const entries: readonly ConditionalPrice[] = Array.isArray(model.prices) ? model.prices : [{ prices: model.prices }];
  let effectiveFrom = 0;
  const rows = entries.flatMap(({ constraint, prices }) => {
    if (constraint?.type === "start_date") effectiveFrom = Date.parse(`${constraint.start_date}T00:00:00Z`);
    const isDaily = constraint?.type === "time_of_date";
    const dailyUtcFrom = isDaily ? secondOfDay(constraint.start_time) : null;
    const dailyUtcTo = isDaily ? secondOfDay(constraint.end_time) : null;
    return tierRows(prices, place, notes).map(
      ({ minInputTokens, components }): Draft => ({
        ...{ model: model.id, channelId: null, provider, source: "catalogue", effectiveFrom, serviceTier: "standard" },
        ...{ minInputTokens, dailyUtcFrom, dailyUtcTo, components, priceAs: null },
      }),
    );
  });
  if (rows.length === 0) notes.unpriced.push(`${provider}/${model.id}`);
  return rows;
}

type TierRow = { readonly minInputTokens: number; readonly components: Readonly<Record<string, bigint>> };

/** One row per context tier: the union of the break points of all keys. A tier's start is exclusive. */
function tierRows(prices: ModelPrice, place: Place, notes: Notes): readonly TierRow[] {
  const keys = Object.entries(prices).flatMap(([key, price]) => (price === undefined ? [] : [{ key, price }]));
  if (keys.length === 0) return [{ minInputTokens: 0, components: FREE }];
  const known = keys.filter(({ key }) => {
    if (COMPONENTS[key] === undefined) notes.unknown.set(key, (notes.unknown.get(key) ?? 0) + 1);
    return COMPONENTS[key] !== undefined;
  });
  if (known.length === 0) return [];
  const breaks = known.flatMap(({ price }) =>
    typeof price === "number" ? [] : price.tiers.map(({ start }) => start + 1),
  );
  const reported = new Set<number>();
  return [...new Set([0, ...breaks])]
    .sort((a, b) => a - b)
    .map((minInputTokens) => {
      const components = known.map(({ key, price }): [string, bigint] => {
        const value = priceAt(price, minInputTokens);
        const { pico, isRounded } = picoOf(value, DIGITS[key.slice(key.lastIndexOf("_") + 1)] ?? 0);
        if (isRounded && !reported.has(value)) notes.rounded.push({ ...place, key, value });
        if (isRounded) reported.add(value);
        return [COMPONENTS[key] ?? key, pico];
      });
      return { minInputTokens, components: Object.fromEntries(components) };
    });
}

function priceAt(price: number | TieredPrices, inputTotal: number): number {
  if (typeof price === "number") return price;
  const reached = price.tiers.filter(({ start }) => start < inputTotal).sort((a, b) => b.start - a.start);
  return reached[0]?.price ?? price.base;
}

/** Seconds of the UTC day of `HH:MM:SSZ` or `HH:MM:SS+HH:MM`. */
function secondOfDay(time: string): number {
  const instant = Date.parse(`1970-01-02T${time}`);
  if (Number.isNaN(instant)) throw new RangeError(`not a time of day: ${time}`);
  return (instant / 1000) % 86_400;
}
