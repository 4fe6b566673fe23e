import type { ChannelRates } from "./channel-rates";

/** What the rates of channels fall back on. */
export type FallbackRatesOptions = {
  /** Rejects when it does not answer. */
  readonly shared: ChannelRates;
  /** Answers at once and never rejects. */
  readonly local: ChannelRates;
  /** Replicas last seen, at least 1. */
  replicas(): number;
  onOutage(error: unknown): void;
};

/**
 * Rates that replicas share, and of which each counts its own part while the store does not answer (channels-and-rates.md R12). It never rejects.
 */
export function fallbackRates({ shared, local, replicas, onOutage }: FallbackRatesOptions): ChannelRates {
  const share = (limit: number | null) => (limit === null ? null : Math.max(1, Math.floor(limit / replicas())));
  return {
    async take(ask) {
      try {
        return await shared.take(ask);
      } catch (error) {
        onOutage(error);
        return local.take({ ...ask, rpm: share(ask.rpm), tpm: share(ask.tpm) });
      }
    },
    usedUpForMs: (ask) => shared.usedUpForMs(ask),
    counts: (channelId) => shared.counts(channelId),
  };
}
