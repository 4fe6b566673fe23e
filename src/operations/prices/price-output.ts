import type { PriceRow } from "@/core/prices/price";
import { formatUnitPrice, unitOf } from "@/core/prices/unit-price";
import { toIso } from "../to-output";
import type { Price } from "./schema";

/** A price row as the API shows it: decimals in the unit of each component. */
export function priceOutput(row: PriceRow): Price {
  return {
    id: row.id,
    model: row.model,
    channelId: row.channelId,
    provider: row.provider,
    source: row.source,
    effectiveFrom: toIso(row.effectiveFrom),
    serviceTier: row.serviceTier,
    minInputTokens: row.minInputTokens,
    dailyUtcFrom: row.dailyUtcFrom,
    dailyUtcTo: row.dailyUtcTo,
    priceAs: row.priceAs,
    components: Object.entries(row.components).map(([component, pico]) => ({
      component,
      unit: unitOf(component),
      price: formatUnitPrice(component, pico),
    })),
  };
}
