import { fakeClock } from "@test/fake-clock";
import { expect, test } from "vitest";
import { createLocalRates } from "./local-rates";
import type { RatesAsk } from "./rate-ask";

const rpm = { id: "u7:rpm:all:60000", metric: "rpm", limit: 10, burst: null, periodMs: 60_000 } as const;
const CLOCK_START = "2026-03-01T00:00:00Z";

/** How many of ten requests this replica passes, one after the other. */
function passed(local: ReturnType<typeof createLocalRates>, askOf: (number: number) => RatesAsk): number {
  return Array.from({ length: 10 }, (_, number) => askOf(number)).filter((ask) => {
    if (local.judge(7, ask) !== null) return false;
    local.take(7, ask);
    return true;
  }).length;
}
const rated = (counters: RatesAsk["counters"]) => (): RatesAsk => ({ counters, concurrency: null });
const running = (user: number) => (number: number) => ({
  counters: [],
  concurrency: { requestId: `r${number}`, keyId: 3, user, key: null },
});

test("each of two replicas passes half of a rate and runs half of what may run at once", () => {
  const clock = fakeClock(CLOCK_START);
  expect(
    passed(
      createLocalRates(clock, () => 2),
      rated([rpm]),
    ),
  ).toBe(5);
  expect(
    passed(
      createLocalRates(clock, () => 2),
      running(4),
    ),
  ).toBe(2);
  expect(
    passed(
      createLocalRates(clock, () => 1),
      running(4),
    ),
  ).toBe(4);
});

test("the share is rounded down, and one at least", () => {
  const clock = fakeClock(CLOCK_START);
  expect(
    passed(
      createLocalRates(clock, () => 3),
      rated([rpm]),
    ),
  ).toBe(3);
  expect(
    passed(
      createLocalRates(clock, () => 50),
      rated([rpm]),
    ),
  ).toBe(1);
});

test("units come back with time, places when a request leaves, and all when the store answers again", () => {
  const clock = fakeClock(CLOCK_START);
  const local = createLocalRates(clock, () => 2);
  expect(passed(local, rated([rpm]))).toBe(5);
  clock.advance(60_000);
  expect(passed(local, rated([rpm]))).toBe(5);
  local.forget(7);
  expect(passed(local, rated([rpm]))).toBe(5);
  expect(passed(local, running(4))).toBe(2);
  local.leave(7, "r0");
  expect(local.judge(7, running(4)(11))).toBeNull();
});

test("users share nothing", () => {
  const local = createLocalRates(fakeClock(CLOCK_START), () => 1);
  expect(passed(local, rated([rpm]))).toBe(10);
  expect(local.judge(8, rated([rpm])())).toBeNull();
});
