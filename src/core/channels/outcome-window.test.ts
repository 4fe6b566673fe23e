import fc from "fast-check";
import { expect, test } from "vitest";
import { createOutcomeWindow } from "./outcome-window";

const steps = fc.array(fc.record({ waitMs: fc.nat({ max: 40_000 }), isFailure: fc.boolean() }), { maxLength: 40 });

test("it counts all of the last 29 s and nothing that is older than 30 s", () => {
  fc.assert(
    fc.property(steps, fc.nat({ max: 100_000 }), (given, start) => {
      let now = start;
      const window = createOutcomeWindow(30_000, () => now);
      const log: { at: number; isFailure: boolean }[] = [];
      for (const { waitMs, isFailure } of given) {
        now += waitMs;
        window.add(isFailure);
        log.push({ at: now, isFailure });
        const within = (ms: number) => log.filter(({ at }) => now - at < ms);
        const { attempts, failures } = window.counts();
        expect(attempts).toBeGreaterThanOrEqual(within(29_000).length);
        expect(attempts).toBeLessThanOrEqual(within(30_000).length);
        expect(failures).toBeGreaterThanOrEqual(within(29_000).filter((one) => one.isFailure).length);
        expect(failures).toBeLessThanOrEqual(within(30_000).filter((one) => one.isFailure).length);
      }
    }),
  );
});

test("clearing it forgets everything", () => {
  const window = createOutcomeWindow(30_000, () => 5);
  window.add(true);
  window.clear();
  expect(window.counts()).toEqual({ attempts: 0, failures: 0 });
});
