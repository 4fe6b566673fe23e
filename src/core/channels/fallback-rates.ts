import type { ChannelRates, RateAsk, RateReply } from "./channel-rates";

/** What the rates of channels fall back on. */
export type FallbackRatesOptions = {
  /** Rejects when it does not answer. */
  readonly shared: ChannelRates;
  /** Answers at once and never rejects. */
  readonly local: ChannelRates;
  /** False: whoever asks for a rate is refused while the store does not answer. */
  isFailOpen(): boolean;
  /** Replicas last seen, at least 1. */
  replicas(): number;
  onOutage(error: unknown): void;
};

/**
 * Rates that replicas share. While the store does not answer, the failure policy decides as it does for slots (channels-and-rates.md C18, R12, L21):
 * each replica counts its own part, or all are refused. It never rejects.
 */
export function fallbackRates({ shared, local, isFailOpen, replicas, onOutage }: FallbackRatesOptions): ChannelRates {
  const share = (limit: number | null) => (limit === null ? null : Math.max(1, Math.floor(limit / replicas())));
  const takeAlone = async (ask: RateAsk): Promise<RateReply> => {
    if (!isFailOpen()) return { kind: "unavailable" };
    const reply = await local.take({ ...ask, rpm: share(ask.rpm), tpm: share(ask.tpm) });
    return reply.kind === "taken" ? { ...reply, isAlone: true } : reply;
  };
  return {
    async take(ask) {
      try {
        return await shared.take(ask);
      } catch (error) {
        onOutage(error);
        return takeAlone(ask);
      }
    },
    usedUpForMs: (ask) => shared.usedUpForMs(ask),
    counts: (channelId) => shared.counts(channelId),
  };
}
