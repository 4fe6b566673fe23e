import type { PriceRow, Usage } from "@/core/prices/price";

/** A usage in normal form with nothing counted but what is given. */
export function buildUsage(given: Partial<Usage> = {}): Usage {
  return {
    counts: {},
    tools: {},
    images: 0,
    characters: 0,
    audioMs: 0,
    reasoning: 0,
    tier: "standard",
    source: "upstream",
    flags: [],
    parts: [],
    ...given,
  };
}

/** A price row of the admin, in force since 1970, for the model `model`, with the components given in pico-USD. */
export function buildPriceRow(given: Partial<PriceRow> = {}): PriceRow {
  return {
    id: 1,
    model: "model",
    channelId: null,
    provider: null,
    source: "admin",
    effectiveFrom: 0,
    serviceTier: "standard",
    minInputTokens: 0,
    dailyUtcFrom: null,
    dailyUtcTo: null,
    components: {},
    priceAs: null,
    ...given,
  };
}
