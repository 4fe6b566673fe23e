import type { ChannelRates } from "./channel-rates";

/** What the rates of channels fall back on. */
export type FallbackRatesOptions = {
  /** Rejects when it does not answer. */
  readonly shared: ChannelRates;
  /** Answers at once and never rejects. */
  readonly local: ChannelRates;
  onOutage(error: unknown): void;
};

/** Rates that replicas share, and that each goes on to count by itself while the store does not answer. It never rejects. */
export function fallbackRates({ shared, local, onOutage }: FallbackRatesOptions): ChannelRates {
  return {
    async take(ask) {
      try {
        return await shared.take(ask);
      } catch (error) {
        onOutage(error);
        return local.take(ask);
      }
    },
    usedUpForMs: (ask) => shared.usedUpForMs(ask),
    counts: (channelId) => shared.counts(channelId),
  };
}
