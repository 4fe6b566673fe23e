import { correctUnits, countedIn, type SlidingWindow, takeUnits, windowWaitMs } from "@/lib/sliding-window";
import type { ConcurrencyAsk, RateAsk, RateLine, RateRule, RatesAsk } from "./rate-ask";
import { RUNNING_LEASE_MS, rateLifeMs } from "./rate-ask";
import { bucketWaitMs, FULL_BUCKET, giveToBucket, type RateBucket, refilled, takeFromBucket } from "./rate-bucket";

/** The state of one counter of requests: a window, or the bucket of a rule with a burst. */
export type RateState = {
  readonly window: SlidingWindow;
  readonly bucket: RateBucket;
  /** Epoch ms. */
  readonly expiresAt: number;
};

/** A request that runs. `until` in epoch ms. */
export type RunningLease = { readonly keyId: number; readonly until: number };

/** Rates and running requests of one user. */
export type RateBoard = {
  readonly rates: ReadonlyMap<string, RateState>;
  /** By request id. */
  readonly running: ReadonlyMap<string, RunningLease>;
};

/** What a reserve found: its counters, and the first rule that it fails, with the longest wait of all that fail (R7). */
export type RatesFound = {
  readonly lines: readonly RateLine[];
  readonly failed: { readonly by: RateRule; readonly used: number; readonly waitMs: number } | null;
};

/** What an admitted request changes. */
export type RateChanges = {
  readonly rates: readonly (readonly [string, RateState])[];
  readonly running: (RunningLease & { readonly requestId: string }) | null;
};

/** Judges rates, then requests at once; reads only. `now` in epoch ms. */
export function judgeRates(board: RateBoard, { counters, concurrency }: RatesAsk, now: number): RatesFound {
  const lines = counters.map((counter) => rateLineOf(board, counter, now));
  const first = lines.findIndex(({ waitMs }) => waitMs > 0);
  if (first !== -1) {
    const waitMs = lines.reduce((longest, line) => Math.max(longest, line.waitMs), 0);
    return { lines, failed: { by: first, used: lines[first]?.used ?? 0, waitMs } };
  }
  return { lines, failed: concurrency === null ? null : crowdedBy(board, concurrency, now) };
}

/** A counter at an instant. A bucket has used what is missing in it, in whole units. */
export function rateLineOf(board: RateBoard, counter: RateAsk, now: number): RateLine {
  const { periodMs, limit, burst } = counter;
  const { window, bucket } = stateOf(board, counter.id, now);
  if (burst === null) {
    const at = { window, periodMs, now };
    return { used: countedIn(at), waitMs: windowWaitMs(at, limit) };
  }
  const shape = { amount: limit, burst, periodMs };
  return { used: Math.ceil(refilled(bucket, shape, now).taken / periodMs), waitMs: bucketWaitMs(bucket, shape, now) };
}

/** A unit of each counter, and a place among the running requests. */
export function takeRates(board: RateBoard, { counters, concurrency }: RatesAsk, now: number): RateChanges {
  return {
    rates: counters.map((counter) => [counter.id, taken(stateOf(board, counter.id, now), counter, now)]),
    running:
      concurrency === null
        ? null
        : { requestId: concurrency.requestId, keyId: concurrency.keyId, until: now + RUNNING_LEASE_MS },
  };
}

/** The counters without the units that were taken at `takenAt`, epoch ms (R9). */
export function giveRatesBack(
  board: RateBoard,
  counters: readonly RateAsk[],
  { takenAt, now }: { readonly takenAt: number; readonly now: number },
): RateChanges["rates"] {
  return counters.flatMap((counter) => {
    const known = board.rates.get(counter.id);
    if (known === undefined || known.expiresAt <= now) return [];
    const { periodMs, limit, burst } = counter;
    const expiresAt = now + rateLifeMs(periodMs);
    const window = burst === null ? correctUnits({ window: known.window, periodMs, now }, takenAt, -1) : known.window;
    const bucket =
      burst === null ? known.bucket : giveToBucket(known.bucket, { amount: limit, burst, periodMs }, { takenAt, now });
    return [[counter.id, { window, bucket, expiresAt }] as const];
  });
}

/** Requests that run at an instant, without one; of one key, or of all. */
function runningBut(
  { running }: RateBoard,
  but: string,
  { keyId, now }: { keyId: number | null; now: number },
): number {
  let count = 0;
  for (const [requestId, lease] of running)
    if (requestId !== but && lease.until > now && (keyId === null || lease.keyId === keyId)) count++;
  return count;
}

function crowdedBy(board: RateBoard, ask: ConcurrencyAsk, now: number): RatesFound["failed"] {
  const ofUser = ask.user === null ? 0 : runningBut(board, ask.requestId, { keyId: null, now });
  if (ask.user !== null && ofUser >= ask.user) return { by: "user", used: ofUser, waitMs: 0 };
  const ofKey = ask.key === null ? 0 : runningBut(board, ask.requestId, { keyId: ask.keyId, now });
  return ask.key !== null && ofKey >= ask.key ? { by: "key", used: ofKey, waitMs: 0 } : null;
}

function taken({ window, bucket }: RateState, { periodMs, limit, burst }: RateAsk, now: number): RateState {
  const expiresAt = now + rateLifeMs(periodMs);
  if (burst === null) return { window: takeUnits({ window, periodMs, now }), bucket, expiresAt };
  return { window, bucket: takeFromBucket(bucket, { amount: limit, burst, periodMs }, now), expiresAt };
}

const NOTHING: RateState = { window: [], bucket: FULL_BUCKET, expiresAt: 0 };

function stateOf({ rates }: RateBoard, id: string, now: number): RateState {
  const known = rates.get(id);
  return known === undefined || known.expiresAt <= now ? NOTHING : known;
}
