import { fakeClock } from "@test/fake-clock";
import { expect, test } from "vitest";
import { createOutage } from "./outage";

test("after three failures in a row it is not asked for half a second, and its silence is timed from the first", () => {
  const clock = fakeClock();
  const outage = createOutage(clock);
  expect([outage.isAway(), outage.isDown(), outage.hasFailed(), outage.silentMs()]).toEqual([false, false, false, 0]);
  for (let failure = 0; failure < 2; failure++) outage.lost();
  clock.advance(100);
  expect([outage.isAway(), outage.isDown(), outage.hasFailed(), outage.silentMs()]).toEqual([false, true, true, 100]);
  outage.lost();
  expect(outage.isAway()).toBe(true);
  clock.advance(500);
  expect([outage.isAway(), outage.silentMs()]).toEqual([false, 600]);
  outage.lost();
  expect(outage.isAway()).toBe(true);
  outage.answered();
  expect([outage.isAway(), outage.isDown(), outage.hasFailed(), outage.silentMs()]).toEqual([false, false, false, 0]);
});

test("what background work notices begins and ends an outage, but says nothing of whether to ask", () => {
  const clock = fakeClock();
  const outage = createOutage(clock);
  for (let times = 0; times < 4; times++) outage.noticed(false);
  expect([outage.isAway(), outage.isDown(), outage.hasFailed()]).toEqual([false, true, false]);
  outage.noticed(true);
  expect(outage.isDown()).toBe(false);
});
