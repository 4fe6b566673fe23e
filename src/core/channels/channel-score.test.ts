import { expect, test } from "vitest";
import type { LimiterMode } from "../vocabulary";
import { type ChannelRateUse, channelScore, hasFreeSlot, IDLE } from "./channel-score";
import { type ChannelLimiter, NO_LIMITER } from "./limiter";

const UNLIMITED: ChannelRateUse = { rpm: null, rpmUsed: 0, tpm: null, tpmUsed: 0 };
const limiter = (mode: LimiterMode, capacity: number, queueSize: number | null = null): ChannelLimiter => ({
  ...{ mode, capacity, queueSize, queueTimeoutMs: null, maxWaitingPerKey: null },
});
/** The load of that many requests: those above the capacity wait. */
const loadOf = (requests: number, capacity: number) => ({
  inFlight: Math.min(requests, capacity),
  waiting: Math.max(0, requests - capacity),
});

test("in a queue the score falls with every request and is null only when the queue is full, for every capacity and queue", () => {
  for (let capacity = 1; capacity <= 60; capacity++)
    for (let queueSize = 1; queueSize <= 40; queueSize++) {
      const queued = limiter("queue", capacity, queueSize);
      const scores = Array.from(
        { length: capacity + queueSize + 1 },
        (_, requests) => channelScore(queued, loadOf(requests, capacity), UNLIMITED).score,
      );
      const falls = scores.every((score, at) =>
        at === capacity + queueSize ? score === null : score !== null && score > 0 && score < (scores[at - 1] ?? 101),
      );
      if (!falls) expect.fail(`(${capacity}, ${queueSize}): ${scores.join(" ")}`);
    }
});

test("with 10 slots and 10 places in the queue the scores are 37, 30, 15 and none", () => {
  const queued = limiter("queue", 10, 10);
  const scores = [9, 10, 15, 20].map((requests) => channelScore(queued, loadOf(requests, 10), UNLIMITED).score);
  expect(scores.map((score) => (score === null ? null : Math.round(score * 1e9) / 1e9))).toEqual([37, 30, 15, null]);
});

test("a channel that only observes always has a score, and it falls for every load", () => {
  for (let capacity = 1; capacity <= 60; capacity++) {
    const observed = limiter("observe", capacity);
    for (let inFlight = 1; inFlight <= 3 * capacity; inFlight++) {
      const [before, after] = [inFlight - 1, inFlight].map(
        (at) => channelScore(observed, { inFlight: at, waiting: 0 }, UNLIMITED).score ?? Number.NaN,
      ) as [number, number];
      expect(after).toBeGreaterThan(0);
      expect(after).toBeLessThan(before);
    }
  }
});

test("a channel that rejects has none at capacity; one without a limiter always has the full score", () => {
  expect(channelScore(limiter("reject", 4), { inFlight: 3, waiting: 0 }, UNLIMITED).score).toBe(47.5);
  expect(channelScore(limiter("reject", 4), { inFlight: 4, waiting: 0 }, UNLIMITED).score).toBeNull();
  expect(channelScore(NO_LIMITER, { inFlight: 5_000, waiting: 0 }, UNLIMITED)).toEqual(IDLE);
});

test("the smaller of the two parts counts; a spent budget is no score", () => {
  const load = { inFlight: 5, waiting: 0 };
  const half = { rpm: 10, rpmUsed: 2, tpm: 1_000, tpmUsed: 750 };
  expect(channelScore(limiter("queue", 10, 5), load, half)).toEqual({
    ...{ rateScore: 25, concurrencyScore: 65, score: 25 },
  });
  expect(channelScore(NO_LIMITER, load, { ...half, rpmUsed: 10 })).toEqual({
    ...{ rateScore: null, concurrencyScore: 100, score: null },
  });
});

test("a slot is free below capacity while nobody waits", () => {
  const queued = limiter("queue", 2, 5);
  const loads = [
    { inFlight: 1, waiting: 0 },
    { inFlight: 1, waiting: 1 },
    { inFlight: 2, waiting: 0 },
  ];
  expect(loads.map((load) => hasFreeSlot(queued, load))).toEqual([true, false, false]);
  expect(hasFreeSlot(NO_LIMITER, { inFlight: 900, waiting: 0 })).toBe(true);
});
