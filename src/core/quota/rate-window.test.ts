import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countedIn, giveUnitBack, type RateWindow, takeUnit, windowWaitMs } from "./rate-window";

const PERIOD = 60_000;
const SLICE = PERIOD / 60;
const START = 1_795_219_200_000;

/** Gaps before requests, ms, and whether each unit is given back later. */
const traces = fc.array(fc.record({ gap: fc.integer({ min: 0, max: 5_000 }), isGivenBack: fc.boolean() }), {
  maxLength: 200,
});

/** Plays a trace; each unit that passed with its instant, and the waits that were told. */
function play(trace: readonly { gap: number; isGivenBack: boolean }[], limit: number, refunds: boolean) {
  let now = START;
  let window: RateWindow = [];
  let units: number[] = [];
  const steps: { now: number; passed: boolean; wait: number; window: RateWindow; kept: readonly number[] }[] = [];
  for (const { gap, isGivenBack } of trace) {
    now += gap;
    const wait = windowWaitMs({ window, periodMs: PERIOD, now }, limit);
    const passed = wait === 0;
    if (passed) {
      window = takeUnit({ window, periodMs: PERIOD, now });
      units = [...units, now];
    }
    if (refunds && isGivenBack && units.length > 0) {
      const [oldest = now] = units;
      window = giveUnitBack({ window, periodMs: PERIOD, now }, oldest);
      units = units.slice(1);
    }
    steps.push({ now, passed, wait, window, kept: units });
  }
  return steps;
}

const exact = (units: readonly number[], now: number, within = PERIOD) =>
  units.filter((at) => at > now - within).length;

describe("the sliding window (channels-and-rates.md R5)", () => {
  test("(a) no interval of one period has more than N units", () => {
    fc.assert(
      fc.property(traces, fc.integer({ min: 1, max: 20 }), (trace, limit) => {
        for (const { now, kept } of play(trace, limit, true)) expect(exact(kept, now)).toBeLessThanOrEqual(limit);
      }),
    );
  });

  test("(b) a unit counts no longer than an exact log and one slice, and never shorter", () => {
    fc.assert(
      fc.property(traces, fc.integer({ min: 1, max: 20 }), (trace, limit) => {
        for (const { now, window, kept } of play(trace, limit, true)) {
          const used = countedIn({ window, periodMs: PERIOD, now });
          expect(used).toBeGreaterThanOrEqual(exact(kept, now));
          expect(used).toBeLessThanOrEqual(exact(kept, now, PERIOD + SLICE));
        }
      }),
    );
  });

  test("(c) no wait is longer than a period, the request passes right after it and not before", () => {
    fc.assert(
      fc.property(traces, fc.integer({ min: 1, max: 20 }), (trace, limit) => {
        for (const { passed, wait, now, window } of play(trace, limit, false)) {
          if (passed) continue;
          expect(wait).toBeLessThanOrEqual(PERIOD);
          expect(windowWaitMs({ window, periodMs: PERIOD, now: now + wait }, limit)).toBe(0);
          expect(windowWaitMs({ window, periodMs: PERIOD, now: now + wait - 1 }, limit)).toBe(1);
        }
      }),
    );
  });

  test("60 units at 0:59 leave none at 1:01 (test 27)", () => {
    let window: RateWindow = [];
    for (let unit = 0; unit < 60; unit++) window = takeUnit({ window, periodMs: PERIOD, now: START + 59_000 });
    expect(windowWaitMs({ window, periodMs: PERIOD, now: START + 61_000 }, 60)).toBe(58_000);
  });

  test("keeps at most 61 slices whatever N, and another N keeps the count", () => {
    let window: RateWindow = [];
    for (let at = 0; at < 3 * PERIOD; at += 250) window = takeUnit({ window, periodMs: PERIOD, now: START + at });
    expect(window.length).toBeLessThanOrEqual(61);
    const now = START + 3 * PERIOD - 250;
    const used = countedIn({ window, periodMs: PERIOD, now });
    expect(windowWaitMs({ window, periodMs: PERIOD, now }, used + 1)).toBe(0);
    expect(windowWaitMs({ window, periodMs: PERIOD, now }, used)).toBeGreaterThan(0);
  });

  test("a unit whose slice left cannot be given back twice, and a clock that went back takes none away", () => {
    const at = { periodMs: PERIOD, now: START };
    const one = takeUnit({ ...at, window: [] });
    expect(giveUnitBack({ ...at, window: one, now: START + PERIOD }, START)).toEqual([]);
    expect(giveUnitBack({ ...at, window: [] }, START)).toEqual([]);
    const two = takeUnit({ ...at, window: one, now: START - 5_000 });
    expect(two).toEqual([{ last: START, count: 2 }]);
  });
});
