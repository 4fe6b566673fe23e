import { fakeClock } from "@test/fake-clock";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createDeadlines } from "./deadlines";

test("a deadline comes once, at its time and not before", () => {
  const clock = fakeClock();
  const came: string[] = [];
  createDeadlines(clock).set(1_000, () => void came.push("a"));
  clock.advance(999);
  expect(came).toEqual([]);
  clock.advance(1);
  expect(came).toEqual(["a"]);
  clock.advance(10_000);
  expect(came).toEqual(["a"]);
});

test("any number of deadlines share one timer", () => {
  const clock = fakeClock();
  const deadlines = createDeadlines(clock);
  for (let n = 0; n < 100; n++) deadlines.set(600_000, () => {}).cancel();
  for (let n = 0; n < 100; n++) deadlines.set(600_000, () => {});
  expect(clock.pending()).toBe(1);
});

test("a task may set and cancel deadlines", () => {
  const clock = fakeClock();
  const deadlines = createDeadlines(clock);
  const came: string[] = [];
  const doomed = deadlines.set(20, () => void came.push("doomed"));
  deadlines.set(10, () => {
    doomed.cancel();
    deadlines.set(0, () => void came.push("at once"));
    deadlines.set(5, () => void came.push("later"));
  });
  clock.advance(100);
  expect(came).toEqual(["at once", "later"]);
});

test("whatever is set and cancelled, what is left comes in the order of its instants", () => {
  const step = fc.record({ ms: fc.nat({ max: 50 }), isCancelled: fc.boolean(), wait: fc.nat({ max: 20 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const clock = fakeClock();
      const deadlines = createDeadlines(clock);
      const came: { due: number; at: number }[] = [];
      const expected: number[] = [];
      for (const { ms, isCancelled, wait } of steps) {
        const due = clock.monotonic() + ms;
        const deadline = deadlines.set(ms, () => void came.push({ due, at: clock.monotonic() }));
        if (isCancelled) deadline.cancel();
        else expected.push(due);
        clock.advance(wait);
      }
      clock.advance(1_000);
      expect(came.map(({ due }) => due)).toEqual(expected.sort((a, b) => a - b));
      for (const { due, at } of came) expect(at).toBe(due);
    }),
    { numRuns: 1_000 },
  );
});
