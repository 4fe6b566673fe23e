/** When a channel is left alone after failures (channels-and-rates.md 1.1, C12). */
export type ChannelBreaker = {
  readonly enabled: boolean;
  /** Failures in a row that open it, 1..100. */
  readonly failures: number;
  /** Or this share of failures, 1..100 %, among at least `minAttempts` (1..1000) in 30 s. */
  readonly ratioPct: number;
  readonly minAttempts: number;
  /** First time open, 1000..600000 ms; doubles at each reopening, at most tenfold. */
  readonly openMs: number;
};

/** What a channel has unless told. */
export const DEFAULT_BREAKER: ChannelBreaker = {
  ...{ enabled: true, failures: 5, ratioPct: 50, minAttempts: 10, openMs: 30_000 },
};
