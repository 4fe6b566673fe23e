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
 * `effectiveFrom`, then a daily window over none, then the largest `minInputTokens`, then the one
 * that was written last. Where that says `priceAs`, the same among the rows of the
 * model that it names. Null: unpriced.
 */
export function selectPriceRow(ask: Selection): PriceRow | null {
  let best: PriceRow | null = null;
  for (const row of ask.rows) {
    if (!matches(row, ask)) continue;
    if (best !== null && !isSameLevel(row, best)) break;
    if (best === null || isBetter(row, best)) best = row;
  }
  return best === null || best.priceAs === null ? best : selectPriceRow({ ...ask, rows: best.target ?? [] });
}

/** Whether every component of every row that may price a call at an instant is 0, whatever its size and the tier of its reply (quota.md Q11). */
export function isFreeAt(rows: readonly PriceRow[], at: number): boolean {
  const open = rows.filter((row) => isOpen(row, at));
  let hasBase = false;
  for (const [index, row] of open.entries()) {
    const before = open[index - 1];
    if (hasBase && before !== undefined && !isSameLevel(row, before)) return true;
    hasBase ||= row.serviceTier === "standard" && row.minInputTokens === 0;
    if (!open.some((other) => replaces(other, row)) && !costsNothing(row, at)) return false;
  }
  return true;
}

function costsNothing({ components, priceAs, target = [] }: PriceRow, at: number): boolean {
  if (priceAs !== null) return isFreeAt(target, at);
  for (const name in components) if (components[name] !== 0n) return false;
  return true;
}

/** Of two rows that have begun, whether one is chosen whenever the other matches, at any time of the day. */
export function replacesEver(row: PriceRow, other: PriceRow): boolean {
  const isAsLong =
    row.dailyUtcFrom === null || (row.dailyUtcFrom === other.dailyUtcFrom && row.dailyUtcTo === other.dailyUtcTo);
  return isAsLong && replaces(row, other);
}

/** Of two rows in force, whether one is chosen whenever the other matches. */
function replaces(row: PriceRow, other: PriceRow): boolean {
  return (
    row !== other &&
    isSameLevel(row, other) &&
    row.serviceTier === other.serviceTier &&
    row.minInputTokens <= other.minInputTokens &&
    isBetter(row, other)
  );
}

function matches(row: PriceRow, ask: Selection): boolean {
  return (
    row.minInputTokens <= ask.inputTotal &&
    (row.serviceTier === "standard" || row.serviceTier === ask.tier) &&
    isOpen(row, ask.at)
  );
}

function isOpen(row: PriceRow, at: number): boolean {
  return row.effectiveFrom <= at && isInDailyWindow(row, at);
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
  if (row.minInputTokens !== best.minInputTokens) return row.minInputTokens > best.minInputTokens;
  return row.id > best.id; // the later written
}
