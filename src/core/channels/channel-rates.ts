import { correctUnits, countedIn, type SlidingWindow, takeUnits, windowWaitMs } from "@/lib/sliding-window";
import type { Soon } from "./channel-slots";

/*
 * The budget per minute that an upstream gives a channel: requests and tokens, each in a sliding window (channels-and-rates.md C18, R5). A request is
 * counted after it has its slot and before it is sent, with the tokens that it is expected to use; these are put right when it has ended. Over all
 * replicas there is one count. A request of more tokens than a minute has takes the whole minute: it passes when nothing else was used.
 */

/** A request that is to be counted. A limit of null: none. */
export type RateAsk = {
  readonly channelId: number;
  readonly rpm: number | null;
  readonly tpm: number | null;
  /** Expected, in and out. */
  readonly tokens: number;
};

/** A request that was counted. */
export type RateUnit = {
  /** It was sent and used so many tokens; once in effect, returns at once and never throws. */
  settle(tokens: number): void;
  /** It was not sent: nothing of it counts; as `settle`. */
  giveBack(): void;
};

/** Whether a request was counted, or after how many ms it may be. */
export type RateReply =
  /** `isAlone`: by this replica's own part, while the shared counts did not answer. */
  | { readonly kind: "taken"; readonly unit: RateUnit; readonly isAlone?: true }
  | { readonly kind: "rate_limited"; readonly retryAfterMs: number }
  /** They do not answer, and the policy is to refuse then (channels-and-rates.md R12). */
  | { readonly kind: "unavailable" };

/** What is used of a minute. */
export type RateCounts = { readonly rpmUsed: number; readonly tpmUsed: number };

/** See the head of the file. */
export type ChannelRates = {
  /** Counts a request, or not. One that is refused counts for nothing. */
  take(ask: RateAsk): Soon<RateReply>;
  /** ms for which a request would be refused, where that is certain without asking; 0: it may pass (C15). Counts nothing. */
  usedUpForMs(ask: RateAsk): number;
  /** As far as this process knows; only for the order of channels. */
  counts(channelId: number): RateCounts;
};

/** The period of a channel's rates, ms. */
export const RATE_PERIOD_MS = 60_000;

/** The windows of one channel. */
export type RateWindows = { readonly rpm: SlidingWindow; readonly tpm: SlidingWindow };

/** Nothing was counted. */
export const NO_RATES: RateWindows = { rpm: [], tpm: [] };

/** Windows at one instant. */
export type RatesAt = { readonly windows: RateWindows; readonly periodMs: number; readonly now: number };

/** Tokens that a request reserves: of a minute that has fewer, all. */
export function reservedTokens({ tpm, tokens }: RateAsk): number {
  return tpm === null ? 0 : Math.min(tokens, tpm);
}

/** ms until a request fits both; 0: it does. Twin of `take-rates` in Lua. */
export function rateWaitMs({ windows, periodMs, now }: RatesAt, ask: RateAsk): number {
  const { rpm, tpm } = ask;
  const requests = rpm === null ? 0 : windowWaitMs({ window: windows.rpm, periodMs, now }, rpm);
  const tokens = tpm === null ? 0 : windowWaitMs({ window: windows.tpm, periodMs, now }, tpm, reservedTokens(ask));
  return Math.max(requests, tokens);
}

/** The windows with one more request. */
export function takeRates({ windows, periodMs, now }: RatesAt, ask: RateAsk): RateWindows {
  return {
    rpm: ask.rpm === null ? windows.rpm : takeUnits({ window: windows.rpm, periodMs, now }),
    tpm: ask.tpm === null ? windows.tpm : takeUnits({ window: windows.tpm, periodMs, now }, reservedTokens(ask)),
  };
}

/** How a request that was counted is put right. */
export type RateCorrection = { readonly takenAt: number; readonly requests: number; readonly tokens: number };

/** The windows after a correction. Twin of `correct-rates` in Lua. */
export function correctRates(
  { windows, periodMs, now }: RatesAt,
  { takenAt, requests, tokens }: RateCorrection,
): RateWindows {
  return {
    rpm: correctUnits({ window: windows.rpm, periodMs, now }, takenAt, requests),
    tpm: correctUnits({ window: windows.tpm, periodMs, now }, takenAt, tokens),
  };
}

/** What is used. */
export function countsIn({ windows, periodMs, now }: RatesAt): RateCounts {
  return {
    rpmUsed: countedIn({ window: windows.rpm, periodMs, now }),
    tpmUsed: countedIn({ window: windows.tpm, periodMs, now }),
  };
}

/** A unit that is put right once. `correct` is told what to add. */
export function rateUnit(ask: RateAsk, correct: (by: Omit<RateCorrection, "takenAt">) => void): RateUnit {
  let isOver = false;
  const end = (by: Omit<RateCorrection, "takenAt">) => {
    if (isOver) return;
    isOver = true;
    if (by.requests !== 0 || by.tokens !== 0) correct(by);
  };
  return {
    settle: (tokens) => end({ requests: 0, tokens: ask.tpm === null ? 0 : tokens - reservedTokens(ask) }),
    giveBack: () => end({ requests: ask.rpm === null ? 0 : -1, tokens: -reservedTokens(ask) }),
  };
}
