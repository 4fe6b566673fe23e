import { fakeClock } from "@test/fake-clock";
import { expect, test } from "vitest";
import { createLocalRates } from "./local-rates";
import type { QuotaRates } from "./quota";
import type { RunningRequest } from "./rate-ask";
import type { RateCounter } from "./resolve-rates";

const rpm: RateCounter = {
  ...{ id: "u7:rpm:all:60000", metric: "rpm", limit: 10, burst: null, periodMs: 60_000 },
  ...{ axis: "user", target: "all", source: "user", userGroupId: null, rowId: 1 },
};
const CLOCK_START = "2026-03-01T00:00:00Z";

/** How many of ten requests this replica passes, one after the other. */
function passed(local: ReturnType<typeof createLocalRates>, askOf: (number: number) => QuotaRates): number {
  return Array.from({ length: 10 }, (_, number) => askOf(number)).filter((ask) => {
    if (local.judge(7, ask) !== null) return false;
    local.take(7, ask);
    return true;
  }).length;
}
const open = (clock: ReturnType<typeof fakeClock>, gateways: number, running: readonly RunningRequest[] = []) =>
  createLocalRates({ clock, gateways: () => gateways, runningOf: () => running });
const rated = (counters: QuotaRates["counters"]) => (): QuotaRates => ({ counters, concurrency: null });
const running = (user: number) => (number: number) => ({
  counters: [],
  concurrency: { requestId: `r${number}`, keyId: 3, user, key: null },
});

test("each of two replicas passes half of a rate and runs half of what may run at once", () => {
  const clock = fakeClock(CLOCK_START);
  expect(passed(open(clock, 2), rated([rpm]))).toBe(5);
  expect(passed(open(clock, 2), running(4))).toBe(2);
  expect(passed(open(clock, 1), running(4))).toBe(4);
});

test("the share is rounded down, and one at least", () => {
  const clock = fakeClock(CLOCK_START);
  expect(passed(open(clock, 3), rated([rpm]))).toBe(3);
  expect(passed(open(clock, 50), rated([rpm]))).toBe(1);
});

test("units come back with time, places when a request leaves, and all when the store answers again", () => {
  const clock = fakeClock(CLOCK_START);
  const local = open(clock, 2);
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
  const local = open(fakeClock(CLOCK_START), 1);
  expect(passed(local, rated([rpm]))).toBe(10);
  expect(local.judge(8, rated([rpm])())).toBeNull();
});

test("a void gives all units back, a failed settlement those of successful requests", () => {
  const clock = fakeClock(CLOCK_START);
  const local = open(clock, 1);
  const successful: RateCounter = { ...rpm, id: "u7:successful:all:60000", metric: "successful", limit: 1 };
  const rates = { counters: [{ ...rpm, limit: 2 }, successful], concurrency: null };
  const hold = { userId: 7, at: clock.now(), rates: { counters: rates.counters, lines: null } };
  local.take(7, rates);
  expect(local.judge(7, rates)).toMatchObject({ by: 1, used: 1 });
  local.giveBack(hold, { kind: "settled", actual: [], failed: true });
  expect(local.judge(7, rates)).toBeNull();
  local.take(7, rates);
  expect(local.judge(7, rates)).toMatchObject({ by: 0, used: 2 });
  local.giveBack(hold, { kind: "voided", actual: [] });
  expect(local.judge(7, rates)).toBeNull();
});

test("what ran here before the outage counts, for as long as it runs; a refusal tells the share", () => {
  const clock = fakeClock(CLOCK_START);
  const local = open(clock, 2, [{ userId: 7, keyId: 3, requestId: "old" }]);
  clock.advance(40_000);
  expect(local.judge(7, running(2)(1))).toMatchObject({ by: "user", used: 1, rates: { concurrency: { user: 1 } } });
});
