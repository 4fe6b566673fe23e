import type { RateMetric } from "../vocabulary";

/*
 * What a reserve asks of request rates and of requests at once (channels-and-rates.md R5-R9, A11). Both are judged in the same step as the
 * buckets of the limits; a hold takes a unit of each counter and one place of the user and the key, or nothing of all that.
 */

/** One counter of requests that a request must fit. A place without spaces in its id is all that two stores need to agree on. */
export type RateAsk = {
  /** `u7:rpm:all:60000`, `k3:total:g5:3600000`, `u7:b12:60000`: axis and subject, metric and target or the row of a bucket, period in ms. */
  readonly id: string;
  readonly metric: RateMetric;
  /** Units per period, 1 and above. */
  readonly limit: number;
  /** Set: a bucket that holds this many at most; null: a sliding window. */
  readonly burst: number | null;
  /** ms, a multiple of 60. */
  readonly periodMs: number;
};

/** How many requests of the user and of the key may run at once; null: any number. */
export type ConcurrencyAsk = {
  readonly requestId: string;
  readonly keyId: number;
  readonly user: number | null;
  readonly key: number | null;
};

/** What a reserve asks besides its buckets. */
export type RatesAsk = {
  /** In the order in which they are judged (R7). */
  readonly counters: readonly RateAsk[];
  readonly concurrency: ConcurrencyAsk | null;
};

/** A counter as the call found it, before its own unit. */
export type RateLine = {
  readonly used: number;
  /** ms until a unit fits by ageing alone; 0: it fits. */
  readonly waitMs: number;
};

/** The rule that a request fails first: the index of a counter, or how many requests run at once. */
export type RateRule = number | "user" | "key";

/** A request that runs, as its replica keeps it alive. */
export type RunningRequest = { readonly userId: number; readonly keyId: number; readonly requestId: string };

/** A running request that was not heard of for this long has ended (L18). */
export const RUNNING_LEASE_MS = 30_000;

/** How long a counter is kept after its last unit, ms (R12). */
export function rateLifeMs(periodMs: number): number {
  return Math.max(2 * periodMs, 120_000);
}
