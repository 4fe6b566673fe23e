import type { ChannelLimiter } from "./limiter";

/** How busy a channel is, over all replicas as far as this one knows. */
export type ChannelLoad = { readonly inFlight: number; readonly waiting: number };

/** What is used of a channel's own budget per minute; a limit of null: none. */
export type ChannelRateUse = {
  readonly rpm: number | null;
  readonly rpmUsed: number;
  readonly tpm: number | null;
  readonly tpmUsed: number;
};

/** The parts of a score, 0..100 each; null: used up, or full. `score` is the smaller one (channels-and-rates.md S1). */
export type ScoreParts = {
  readonly rateScore: number | null;
  readonly concurrencyScore: number | null;
  readonly score: number | null;
};

const FULL_SCORE = 100;
/** What a channel has at capacity with nobody waiting; above it lies a free slot. */
const BUSY_SCORE = 30;

/** The score of a channel that nothing limits and nobody uses. */
export const IDLE: ScoreParts = { rateScore: FULL_SCORE, concurrencyScore: FULL_SCORE, score: FULL_SCORE };

/** How well a channel stands; with everything else equal it falls strictly as the load rises (channels-and-rates.md S1, S2). */
export function channelScore(limiter: ChannelLimiter, load: ChannelLoad, use: ChannelRateUse): ScoreParts {
  const rateScore = scoreOfRate(use);
  const concurrencyScore = scoreOfLoad(limiter, load);
  const score = rateScore === null || concurrencyScore === null ? null : Math.min(rateScore, concurrencyScore);
  return { rateScore, concurrencyScore, score };
}

/** True when a request would get a slot at once: nobody is ahead of it. */
export function hasFreeSlot({ mode, capacity }: ChannelLimiter, { inFlight, waiting }: ChannelLoad): boolean {
  return mode === "off" || capacity === null || (inFlight < capacity && waiting === 0);
}

function scoreOfRate({ rpm, rpmUsed, tpm, tpmUsed }: ChannelRateUse): number | null {
  const used = Math.max(rpm === null ? 0 : rpmUsed / rpm, tpm === null ? 0 : tpmUsed / tpm);
  return used >= 1 ? null : FULL_SCORE * (1 - used);
}

function scoreOfLoad({ mode, capacity, queueSize }: ChannelLimiter, { inFlight, waiting }: ChannelLoad): number | null {
  if (mode === "off" || capacity === null) return FULL_SCORE;
  if (inFlight < capacity) return BUSY_SCORE + (FULL_SCORE - BUSY_SCORE) * (1 - inFlight / capacity);
  if (mode === "observe") return (BUSY_SCORE * capacity) / inFlight;
  if (mode === "reject" || queueSize === null || waiting >= queueSize) return null;
  return BUSY_SCORE * (1 - waiting / queueSize);
}
