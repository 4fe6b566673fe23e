/** The least by which a ceiling is raised, nano-USD: what a process death over-charges a cheap or slow stream at most (quota.md Q42). */
export const LEAST_RAISE_NANO_USD = 20_000_000;

const RAISED_MS = 2_000;
const RENEWED_MS = 15_000;
/** A rate is told from at least this much of a stream, or its first burst would pass for one. */
const LEAST_ELAPSED_MS = 1_000;

/** What an attempt has cost so far; nano-USD. */
export type Spending = {
  readonly spentNanoUsd: number;
  /** The part of it that is output. */
  readonly outputNanoUsd: number;
  /** Since the first output, ms. */
  readonly elapsedMs: number;
  /** The most the attempt may cost. */
  readonly worstNanoUsd: number;
};

/** A ceiling, and the cost at which the next one is written, so that the stream need not wait for it; nano-USD. */
export type RaisedCeiling = { readonly ceilingNanoUsd: number; readonly raiseAtNanoUsd: number };

/**
 * The next ceiling of a stream: its cost so far and Q = max($0.02, 2 s of output at its rate), never above the worst case; it is raised
 * again when half of Q is spent, and never once it stands at the worst case (quota.md Q38).
 */
export function raiseCeiling(spending: Spending): RaisedCeiling {
  const { spentNanoUsd, worstNanoUsd } = spending;
  const raise = Math.ceil(Math.max(LEAST_RAISE_NANO_USD, ratePerMs(spending) * RAISED_MS));
  if (spentNanoUsd + raise >= worstNanoUsd) return worstCeiling(worstNanoUsd);
  return { ceilingNanoUsd: spentNanoUsd + raise, raiseAtNanoUsd: spentNanoUsd + Math.floor(raise / 2) };
}

/** The ceiling that is not raised again. */
export function worstCeiling(worstNanoUsd: number): RaisedCeiling {
  return { ceilingNanoUsd: worstNanoUsd, raiseAtNanoUsd: Number.POSITIVE_INFINITY };
}

/** What a renewal writes into the hold record: the cost so far and 15 s at the current rate, never above the worst case (quota.md Q38). */
export function renewedCeiling(spending: Spending): number {
  return Math.min(spending.worstNanoUsd, spending.spentNanoUsd + Math.ceil(ratePerMs(spending) * RENEWED_MS));
}

function ratePerMs({ outputNanoUsd, elapsedMs }: Spending): number {
  return outputNanoUsd / Math.max(LEAST_ELAPSED_MS, elapsedMs);
}
