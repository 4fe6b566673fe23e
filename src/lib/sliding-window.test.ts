import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { correctUnits, countedIn, type SlidingWindow, takeUnits, windowWaitMs } from "./sliding-window";

const PERIOD = 60_000;
const SLICE = PERIOD / 60;
const START = 1_795_219_200_000;
const LIMIT = 20;

/** Gaps before requests, ms, how many units each asks for, and whether the oldest is given back after it. */
const traces = fc.array(
  fc.record({
    gap: fc.integer({ min: 0, max: 5_000 }),
    units: fc.integer({ min: 1, max: 7 }),
    isGivenBack: fc.boolean(),
  }),
  { maxLength: 200 },
);
type Trace = readonly { readonly gap: number; readonly units: number; readonly isGivenBack: boolean }[];
type Taken = { readonly at: number; readonly units: number };

function play(trace: Trace, refunds: boolean) {
  let now = START;
  let window: SlidingWindow = [];
  let kept: readonly Taken[] = [];
  return trace.map(({ gap, units, isGivenBack }) => {
    now += gap;
    const wait = windowWaitMs({ window, periodMs: PERIOD, now }, LIMIT, units);
    if (wait === 0) {
      window = takeUnits({ window, periodMs: PERIOD, now }, units);
      kept = [...kept, { at: now, units }];
    }
    const [oldest] = kept;
    if (refunds && isGivenBack && oldest !== undefined) {
      window = correctUnits({ window, periodMs: PERIOD, now }, oldest.at, -oldest.units);
      kept = kept.slice(1);
    }
    return { now, units, wait, window, kept };
  });
}

const exact = (kept: readonly Taken[], now: number, within = PERIOD) =>
  kept.filter(({ at }) => at > now - within).reduce((sum, { units }) => sum + units, 0);

describe("the sliding window (channels-and-rates.md R5)", () => {
  test("(a) no interval of one period has more than N units", () => {
    fc.assert(
      fc.property(traces, (trace) => {
        for (const { now, kept } of play(trace, true)) expect(exact(kept, now)).toBeLessThanOrEqual(LIMIT);
      }),
    );
  });

  test("(b) a unit counts no longer than an exact log and one slice, and never shorter", () => {
    fc.assert(
      fc.property(traces, (trace) => {
        for (const { now, window, kept } of play(trace, true)) {
          const used = countedIn({ window, periodMs: PERIOD, now });
          expect(used).toBeGreaterThanOrEqual(exact(kept, now));
          expect(used).toBeLessThanOrEqual(exact(kept, now, PERIOD + SLICE));
        }
      }),
    );
  });

  test("(c) no wait is longer than a period, the request passes right after it and not before", () => {
    fc.assert(
      fc.property(traces, (trace) => {
        for (const { wait, units, now, window } of play(trace, false)) {
          if (wait === 0) continue;
          expect(wait).toBeLessThanOrEqual(PERIOD);
          expect(windowWaitMs({ window, periodMs: PERIOD, now: now + wait }, LIMIT, units)).toBe(0);
          expect(windowWaitMs({ window, periodMs: PERIOD, now: now + wait - 1 }, LIMIT, units)).toBe(1);
        }
      }),
    );
  });

  test("60 units at 0:59 leave none at 1:01 (test 27)", () => {
    let window: SlidingWindow = [];
    for (let unit = 0; unit < 60; unit++) window = takeUnits({ window, periodMs: PERIOD, now: START + 59_000 });
    expect(windowWaitMs({ window, periodMs: PERIOD, now: START + 61_000 }, 60)).toBe(58_000);
  });

  test("keeps at most 61 slices whatever N, and another N keeps the count", () => {
    let window: SlidingWindow = [];
    for (let at = 0; at < 3 * PERIOD; at += 250) window = takeUnits({ window, periodMs: PERIOD, now: START + at });
    expect(window.length).toBeLessThanOrEqual(61);
    const now = START + 3 * PERIOD - 250;
    const used = countedIn({ window, periodMs: PERIOD, now });
    expect(windowWaitMs({ window, periodMs: PERIOD, now }, used + 1)).toBe(0);
    expect(windowWaitMs({ window, periodMs: PERIOD, now }, used)).toBeGreaterThan(0);
  });

  test("what was taken is corrected in its own slice, never below nothing, and not after it left", () => {
    const at = { periodMs: PERIOD, now: START };
    const window = takeUnits({ ...at, window: takeUnits({ ...at, window: [] }, 5), now: START + 2_000 }, 3);
    expect(correctUnits({ ...at, window }, START, 2)).toMatchObject([{ count: 7 }, { count: 3 }]);
    expect(correctUnits({ ...at, window }, START, -9)).toMatchObject([{ count: 0 }, { count: 3 }]);
    expect(correctUnits({ ...at, window, now: START + PERIOD }, START, 2)).toMatchObject([{ count: 3 }]);
  });

  test("a clock that went back takes none away", () => {
    const at = { periodMs: PERIOD, now: START };
    const one = takeUnits({ ...at, window: [] });
    expect(takeUnits({ ...at, window: one, now: START - 5_000 })).toEqual([{ last: START, count: 2 }]);
  });
});
