import type { PriceRow } from "@/core/prices/price";

/** Of the rows of a price book, level by level, those in force at `now`: the first level that has begun, of each kind the latest. */
export function effectivePrices(rows: readonly PriceRow[], now: number): readonly PriceRow[] {
  const begun = rows.filter((row) => row.effectiveFrom <= now);
  const [first] = begun;
  if (first === undefined) return [];
  const latest = new Map<string, PriceRow>();
  for (const row of begun) {
    if (row.source !== first.source || row.channelId !== first.channelId || row.provider !== first.provider) continue;
    const kind = JSON.stringify([row.serviceTier, row.minInputTokens, row.dailyUtcFrom, row.dailyUtcTo]);
    const known = latest.get(kind);
    if (known === undefined || row.effectiveFrom > known.effectiveFrom) latest.set(kind, row);
  }
  return [...latest.values()];
}
