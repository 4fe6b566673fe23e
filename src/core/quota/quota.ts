import type { FailureRules } from "./failure-policy";
import type { Demand, Hold } from "./hold";
import type { LimitCell } from "./limit-cell";
import type { LimitPlan } from "./limit-plans";
import type { BucketAsk, BucketLine, Verdict } from "./quota-store";
import type { RateLine, RateRule, RatesAsk } from "./rate-ask";
import type { LimitTarget, Resolution } from "./resolve-limits";
import type { RateCounter } from "./resolve-rates";

/** Rates and requests at once that a request must fit, with what they come from. */
export type QuotaRates = Omit<RatesAsk, "counters"> & { readonly counters: readonly RateCounter[] };

/** A rate or the number of requests at once refused the request: nothing was taken. */
export type LimitedResult = {
  readonly kind: "limited";
  readonly by: RateRule;
  readonly used: number;
  readonly waitMs: number;
  readonly at: number;
  readonly rates: QuotaRates;
  /** null: the counters did not answer, this replica's share refused it. */
  readonly lines: readonly RateLine[] | null;
};

/** One request for admission. */
export type QuotaAsk = {
  readonly requestId: string;
  /** Number of the reserve within the request, from 1. */
  readonly no: number;
  readonly plan: LimitPlan;
  /** Config version that the caller's limits were read at. */
  readonly callerVersion: number;
  readonly target: LimitTarget;
  /** Computed when a limit applies. */
  demand(): Demand;
  /** Absent: no rate applies, and any number of requests may run. */
  readonly rates?: QuotaRates | undefined;
  readonly rules: FailureRules;
  /** What a janitor needs to bill the hold without its owner; asked for when a limit applies. */
  record(counted: Resolution["counted"]): string;
  /** The request begins to wait for room; `leave` gives up. */
  onWait(leave: () => void): void;
};

/** What was asked of the counters and what they answered. */
export type Refusal = {
  readonly resolution: Resolution;
  readonly asks: readonly BucketAsk[];
  /** Index of the bucket that is named. */
  readonly bucket: number;
  readonly lines: readonly BucketLine[];
  /** Rates that it fitted. */
  readonly rates?: { readonly counters: readonly RateCounter[]; readonly lines: readonly RateLine[] } | undefined;
  readonly at: number;
};

/** How a request for admission ended. */
export type QuotaResult =
  | { readonly kind: "admitted"; readonly hold: Hold }
  | ({ readonly kind: "refused"; readonly reason: Exclude<Verdict, "fits"> } & Refusal)
  | LimitedResult
  /** A block: the counters were not asked. */
  | { readonly kind: "blocked"; readonly cell: LimitCell; readonly resolution: Resolution; readonly at: number }
  /** The counters do not answer and the failure policy does not admit. */
  | { readonly kind: "unavailable"; readonly resolution: Resolution; readonly bucket: number; readonly at: number }
  /** The request gave up waiting. */
  | { readonly kind: "gone" };

/** Admission and settlement against the limits: what the request path knows of the quota engine. */
export type Quota = {
  /** Holds what the request needs in all buckets, or in none. Never rejects, never throws. */
  reserve(ask: QuotaAsk): QuotaResult | Promise<QuotaResult>;
  /**
   * Replaces the hold by actual amounts, once; reaches the counters at least once. A call that has not finished successfully gives its units
   * of `successful` back (channels-and-rates.md R9); it has unless told.
   */
  settle(hold: Hold, actual: Readonly<Record<"usd" | "tokens" | "requests", number>>, hasFinished?: boolean): void;
  /** Nothing was sent: gives the hold back, and all units of rates. */
  void(hold: Hold): void;
  /** The request no longer counts as running. Nothing happens when it never did. */
  leave(requestId: string): void;
  /**
   * From now on each renewal asks what the hold may be billed if this process dies, nano-USD (quota.md Q38); null: what was told before, its
   * expected cost at first.
   */
  follow(hold: Hold, ceilingNanoUsd: () => number | null): void;
  /** The store's time as this replica knows it, epoch ms. */
  now(): number;
};
