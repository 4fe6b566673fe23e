import {
  type ChannelRates,
  RATE_PERIOD_MS,
  type RateAsk,
  type RateCounts,
  rateUnit,
  reservedTokens,
} from "@/core/channels/channel-rates";
import type { Clock } from "@/lib/clock";
import type { CounterPlace } from "./redis-keys";
import { runScript } from "./run-script";
import { CORRECT_RATES, TAKE_RATES } from "./scripts/channel-rates.lua";

/** What the rates of channels on Redis work with. */
export type ChannelRatesOptions = CounterPlace & {
  readonly clock: Pick<Clock, "monotonic">;
  /** A correction did not arrive; the window forgets it within a period. */
  onError(error: unknown): void;
  /** One minute unless told. */
  readonly periodMs?: number;
};

type Seen = RateCounts & { readonly at: number };

/**
 * The rates of channels over all replicas: one script on the two windows of a channel. `take` rejects when Redis does not answer. What was counted is
 * remembered from the last answer and fades within a period, so that the order of channels costs no question.
 */
export function redisChannelRates(options: ChannelRatesOptions): ChannelRates {
  const { client, keys, clock, onError, periodMs = RATE_PERIOD_MS } = options;
  const seen = new Map<number, Seen>();
  const windowsOf = (channelId: number) => {
    const { rpm, tpm } = keys.rates(channelId);
    return [rpm, tpm];
  };
  return {
    async take(ask) {
      const { channelId } = ask;
      const args = [periodMs, limitText(ask.rpm), limitText(ask.tpm), reservedTokens(ask)];
      const reply = await runScript(client, TAKE_RATES, { keys: windowsOf(channelId), args });
      const [waitMs = 0, takenAt = 0, rpmUsed = 0, tpmUsed = 0] = (reply as readonly string[]).map(Number);
      seen.set(channelId, { rpmUsed, tpmUsed, at: clock.monotonic() });
      if (waitMs > 0) return { kind: "rate_limited", retryAfterMs: waitMs };
      const unit = rateUnit(ask, ({ requests, tokens }) => {
        const correction = { keys: windowsOf(channelId), args: [periodMs, takenAt, requests, tokens] };
        runScript(client, CORRECT_RATES, correction).catch(onError);
      });
      return { kind: "taken", unit };
    },
    // What others give back is not known here: only the store refuses (C17).
    usedUpForMs: () => 0,
    counts(channelId) {
      const last = seen.get(channelId);
      if (last === undefined) return NOTHING;
      const left = Math.max(0, 1 - (clock.monotonic() - last.at) / periodMs);
      return { rpmUsed: last.rpmUsed * left, tpmUsed: last.tpmUsed * left };
    },
  };
}

const NOTHING: RateCounts = { rpmUsed: 0, tpmUsed: 0 };

function limitText(limit: RateAsk["rpm"]): string {
  return limit === null ? "-" : String(limit);
}
