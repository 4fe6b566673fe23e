import {
  type ChannelRates,
  correctRates,
  countsIn,
  NO_RATES,
  RATE_PERIOD_MS,
  type RatesAt,
  type RateWindows,
  rateUnit,
  rateWaitMs,
  takeRates,
} from "@/core/channels/channel-rates";
import type { Clock } from "@/lib/clock";

/** The rates of channels in this process' memory; it decides in the same turn, and its clock never goes back. */
export function memoryChannelRates({ clock }: { readonly clock: Pick<Clock, "monotonic"> }): ChannelRates {
  const windowsOf = new Map<number, RateWindows>();
  const at = (channelId: number): RatesAt => ({
    windows: windowsOf.get(channelId) ?? NO_RATES,
    periodMs: RATE_PERIOD_MS,
    now: clock.monotonic(),
  });
  return {
    take(ask) {
      const { channelId } = ask;
      const before = at(channelId);
      const retryAfterMs = rateWaitMs(before, ask);
      if (retryAfterMs > 0) return { kind: "rate_limited", retryAfterMs };
      windowsOf.set(channelId, takeRates(before, ask));
      const takenAt = before.now;
      const unit = rateUnit(ask, (by) => windowsOf.set(channelId, correctRates(at(channelId), { takenAt, ...by })));
      return { kind: "taken", unit };
    },
    usedUpForMs: (ask) => rateWaitMs(at(ask.channelId), ask),
    counts: (channelId) => countsIn(at(channelId)),
  };
}
