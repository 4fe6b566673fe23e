import { expect } from "vitest";
import {
  correctUnits,
  countedIn,
  type SlidingWindow,
  takeUnits,
  WINDOW_SLICES,
  windowWaitMs,
} from "@/lib/sliding-window";
import type { ReserveAsk, ReserveReply } from "./quota-store";
import type { RateAsk } from "./rate-ask";

type Taken = { readonly at: number; readonly ask: ReserveAsk; readonly isGivenBack: boolean };

/** Every request of one period under two rates, of which the second gets units back: what each reply of a store has to be (channels-and-rates.md R5). */
export function exactLog(rules: readonly [RateAsk, RateAsk]) {
  const [{ periodMs }] = rules;
  let windows: readonly [SlidingWindow, SlidingWindow] = [[], []];
  let taken: readonly Taken[] = [];
  const countOf = (rule: number, now: number, withinMs: number) =>
    taken.filter(({ at, isGivenBack }) => at > now - withinMs && !(rule === 1 && isGivenBack)).length;
  const take = (now: number, ask: ReserveAsk) => {
    const after = (window: SlidingWindow) => takeUnits({ window, periodMs, now });
    windows = [after(windows[0]), after(windows[1])];
    taken = [...taken, { at: now, ask, isGivenBack: false }];
    for (const [rule, { limit }] of rules.entries()) expect(countOf(rule, now, periodMs)).toBeLessThanOrEqual(limit);
  };
  return {
    /** One that is open and was taken within the period. */
    open: (now: number) => taken.find(({ at, isGivenBack }) => !isGivenBack && at > now - periodMs),
    giveBack(given: Taken, now: number) {
      windows = [windows[0], correctUnits({ window: windows[1], periodMs, now }, given.at, -1)];
      taken = taken.map((one) => (one === given ? { ...one, isGivenBack: true } : one));
    },
    /** Holds a reply against the log, and puts it on the log. */
    check(reply: ReserveReply, ask: ReserveAsk) {
      if (reply.kind !== "admitted" && reply.kind !== "limited") throw new Error(`not judged: ${reply.kind}`);
      const now = reply.at;
      const counts = windows.map((window) => countedIn({ window, periodMs, now }));
      for (const [rule, used] of counts.entries()) {
        expect(used).toBeGreaterThanOrEqual(countOf(rule, now, periodMs));
        expect(used).toBeLessThanOrEqual(countOf(rule, now, periodMs + periodMs / WINDOW_SLICES));
      }
      const waits = windows.map((window, rule) => windowWaitMs({ window, periodMs, now }, rules[rule]?.limit ?? 0));
      const by = waits.findIndex((wait) => wait > 0);
      if (by < 0) {
        expect(reply.kind).toBe("admitted");
        return take(now, ask);
      }
      expect(reply).toMatchObject({ kind: "limited", by, used: counts[by], waitMs: Math.max(...waits) });
      expect(Math.max(...waits)).toBeLessThanOrEqual(periodMs);
    },
  };
}
