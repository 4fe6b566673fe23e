import type { PriceRow } from "./price";

/** What decides which row of a model applies. */
type Selection = {
  /** Candidate rows, level by level (protocols-and-pricing.md 7.1). */
  readonly rows: readonly PriceRow[];
  /** Instant of admission, epoch ms. */
  readonly at: number;
  readonly tier: string;
  /** input_total of the request or part. */
  readonly inputTotal: number;
};

const DAY_SECONDS = 86_400;

/**
 * The row that prices a whole request: of the first level with a matching row, the tier over `standard`, then the latest
 * `effectiveFrom`, then a daily window over none, then the largest `minInputTokens`. Null: unpriced.
 */
export function selectPriceRow(ask: Selection): PriceRow | null {
  let best: PriceRow | null = null;
  for (const row of ask.rows) {
    if (!matches(row, ask)) continue;
    if (best !== null && !isSameLevel(row, best)) break;
    if (best === null || isBetter(row, best)) best = row;
  }
  return best;
}

function matches(row: PriceRow, ask: Selection): boolean {
  return (
    row.effectiveFrom <= ask.at &&
    row.minInputTokens <= ask.inputTotal &&
    (row.serviceTier === "standard" || row.serviceTier === ask.tier) &&
    isInDailyWindow(row, ask.at)
  );
}

function isInDailyWindow({ dailyUtcFrom: from, dailyUtcTo: to }: PriceRow, at: number): boolean {
  if (from === null || to === null) return true;
  const second = (at / 1000) % DAY_SECONDS;
  return from <= to ? second >= from && second < to : second >= from || second < to;
}

function isSameLevel(a: PriceRow, b: PriceRow): boolean {
  return a.source === b.source && a.channelId === b.channelId && a.provider === b.provider;
}

/** Both match; a tier that is not `standard` is the one asked for. */
function isBetter(row: PriceRow, best: PriceRow): boolean {
  if (row.serviceTier !== best.serviceTier) return best.serviceTier === "standard";
  if (row.effectiveFrom !== best.effectiveFrom) return row.effectiveFrom > best.effectiveFrom;
  const isDaily = row.dailyUtcFrom !== null;
  if (isDaily !== (best.dailyUtcFrom !== null)) return isDaily;
  return row.minInputTokens > best.minInputTokens;
}
