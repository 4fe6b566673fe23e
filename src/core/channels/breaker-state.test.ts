import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DEFAULT_BREAKER } from "./breaker";
import { type BreakerState, CLOSED, isTripped, opened, phaseAt, probed } from "./breaker-state";

const RULES = DEFAULT_BREAKER;

describe("isTripped", () => {
  test.each([
    [{ attempts: 5, failures: 5, consecutiveFailures: 5 }, true],
    [{ attempts: 4, failures: 4, consecutiveFailures: 4 }, false],
    [{ attempts: 4, failures: 4, consecutiveFailures: 50 }, false],
    [{ attempts: 9, failures: 8, consecutiveFailures: 1 }, false],
    [{ attempts: 10, failures: 5, consecutiveFailures: 0 }, true],
    [{ attempts: 10, failures: 4, consecutiveFailures: 4 }, false],
    [{ attempts: 101, failures: 50, consecutiveFailures: 0 }, false],
    [{ attempts: 100, failures: 0, consecutiveFailures: 0 }, false],
  ])("%j: %s", (counts, expected) => {
    expect(isTripped(counts, RULES)).toBe(expected);
  });

  test("a breaker that is switched off never opens", () => {
    const counts = { attempts: 100, failures: 100, consecutiveFailures: 100 };
    expect(isTripped(counts, { ...RULES, enabled: false })).toBe(false);
  });
});

describe("an open breaker", () => {
  test("stays open twice as long at each reopening, ten times as long at most", () => {
    let state = opened(CLOSED, RULES, 0);
    const spans: number[] = [];
    for (let now = 0, round = 0; round < 6; round++) {
      if (state.phase === "closed") return expect.fail("closed");
      spans.push(state.until - now);
      now = state.until;
      state = probed(state, false, { rules: RULES, now });
    }
    expect(spans).toEqual([30_000, 60_000, 120_000, 240_000, 300_000, 300_000]);
  });

  test("is due when its time is over", () => {
    const state = opened(CLOSED, RULES, 1_000);
    expect([30_999, 31_000].map((now) => phaseAt(state, now))).toEqual(["open", "due"]);
    expect(phaseAt(CLOSED, 0)).toBe("closed");
  });

  /** The state after each probe, every one made when the breaker was due; it ends when it closes. */
  const play = (given: readonly boolean[], openMs: number) => {
    const rules = { ...RULES, openMs };
    const states: { state: BreakerState; now: number; given: readonly boolean[] }[] = [];
    let state: BreakerState = opened(CLOSED, rules, 0);
    for (const [index, isGood] of given.entries()) {
      if (state.phase === "closed") break;
      const now: number = state.until;
      state = probed(state, isGood, { rules, now });
      states.push({ state, now, given: given.slice(0, index + 1) });
    }
    return states;
  };

  /** What a breaker is after probes that were good (+) and bad (-). */
  const expectedAfter = (signs: string) => {
    if (signs.endsWith("++")) return { phase: "closed", openings: 0 };
    return { phase: signs.endsWith("+") ? "due" : "open", openings: 1 + signs.replaceAll("+", "").length };
  };

  test("closes after two good probes in a row and not otherwise", () => {
    const probes = fc.array(fc.boolean(), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(probes, fc.integer({ min: 1_000, max: 600_000 }), (all, openMs) => {
        for (const { state, now, given } of play(all, openMs)) {
          const signs = given.map((isGood) => "-+"[Number(isGood)]).join("");
          const { openings, until } = { openings: 0, until: 0, ...state };
          expect({ signs, phase: phaseAt(state, now), openings }).toEqual({ signs, ...expectedAfter(signs) });
          expect(until).toBeLessThanOrEqual(now + 10 * openMs);
        }
      }),
    );
  });

  test("that was closed opens for the first time again", () => {
    const closed = play([false, false, true, true], 1_000).at(-1)?.state ?? opened(CLOSED, RULES, 0);
    expect(opened(closed, RULES, 0)).toEqual({ phase: "open", until: 30_000, openings: 1, goodProbes: 0 });
  });
});
