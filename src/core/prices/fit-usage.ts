import { countTokens } from "./count-tokens";
import { type EstimateAsk, expectedCounts } from "./estimate-call";
import { type PriceRow, TOKEN_CLASSES, type Usage } from "./price";
import { isImageComponent } from "./resolve-image";
import { selectPriceRow } from "./select-price-row";

/**
 * A usage in what its model is priced by (protocols-and-pricing.md 6): images, speech and audio are charged by tokens or by their own units.
 * Told in tokens where the price knows units alone, it is charged as what the call asked for; told in units where the price knows tokens
 * alone, as the tokens that were held for it. Both are estimates.
 */
export function fitUsage(usage: Usage, ask: EstimateAsk): Usage {
  const { units } = ask.call;
  if (units === undefined) return usage;
  const { input, output } = countTokens(usage.counts);
  const row = selectPriceRow({ rows: ask.rows, at: ask.at, tier: usage.tier, inputTotal: input });
  if (row === null || pricesTokens(row) === pricesUnits(row)) return usage;
  const isInTokens = input + output > 0;
  if (isInTokens === pricesTokens(row)) return usage;
  if (!isInTokens) return { ...usage, counts: expectedCounts(ask), source: "estimated" };
  const { images, imageVariant, characters, audioMs } = units;
  return { ...usage, images, imageVariant, characters, audioMs, source: "estimated" };
}

function pricesTokens({ components }: PriceRow): boolean {
  return TOKEN_CLASSES.some((name) => components[name] !== undefined);
}

function pricesUnits({ components }: PriceRow): boolean {
  return Object.keys(components).some((name) => UNITS.has(name) || isImageComponent(name));
}

const UNITS: ReadonlySet<string> = new Set(["character", "audio_hour"]);
