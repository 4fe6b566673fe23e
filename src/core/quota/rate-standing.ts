import type { RateLine } from "./rate-ask";
import type { RateCounter } from "./resolve-rates";

/** Where the tightest rate per minute stands, as a reply tells it (protocols-and-pricing.md 2.4). */
export type RateStanding = {
  readonly limit: number;
  /** With the request itself, if it was admitted. */
  readonly remaining: number;
  /** Until all is free again, or for a request that was refused until one unit is; ms. */
  readonly resetMs: number;
};

/** What a request was measured by: counters with their lines; null lines: the counters did not answer. */
export type MeasuredRates = { readonly counters: readonly RateCounter[]; readonly lines: readonly RateLine[] | null };

/** The rate per minute with least left; null where none applies or nothing is known. */
export function tightestRpm({ counters, lines }: MeasuredRates, isAdmitted: boolean): RateStanding | null {
  let tightest: RateStanding | null = null;
  for (const [index, counter] of counters.entries()) {
    const line = lines?.[index];
    if (counter.metric !== "rpm" || line === undefined) continue;
    const standing = standingOf(counter, line, isAdmitted);
    if (tightest === null || standing.remaining < tightest.remaining) tightest = standing;
  }
  return tightest;
}

function standingOf({ limit, burst, periodMs }: RateCounter, { used, waitMs }: RateLine, isAdmitted: boolean) {
  const cap = burst ?? limit;
  const taken = used + (isAdmitted ? 1 : 0);
  const refillMs = burst === null ? periodMs : Math.ceil((taken * periodMs) / limit);
  return { limit: cap, remaining: Math.max(0, cap - taken), resetMs: isAdmitted || waitMs === 0 ? refillMs : waitMs };
}
