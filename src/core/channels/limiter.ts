import type { LimiterMode } from "../vocabulary";

/** How many requests a channel takes at once, and what happens to those above (channels-and-rates.md 1.1, 2.1). What a mode has no use for is null. */
export type ChannelLimiter = {
  readonly mode: LimiterMode;
  /** 1..100000; null with `off`. */
  readonly capacity: number | null;
  /** Waiters, 1..10000; `queue` only. */
  readonly queueSize: number | null;
  /** 100..600000 ms from entering the queue; `queue` only. */
  readonly queueTimeoutMs: number | null;
  /** Waiters of one key, 1..queueSize; null: queueSize. `queue` only. */
  readonly maxWaitingPerKey: number | null;
};

/** No limit: requests are counted and never refused. */
export const NO_LIMITER: ChannelLimiter = {
  ...{ mode: "off", capacity: null, queueSize: null, queueTimeoutMs: null, maxWaitingPerKey: null },
};
