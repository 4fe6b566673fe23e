import { fakeClock } from "@test/fake-clock";
import { expect, test } from "vitest";
import { createChannelTally } from "./channel-tally";

const MINUTE = 60_000;
const NOTHING = { denied5m: { full: 0, timeout: 0 }, waitP95Ms: 0, spark: Array(15).fill(0) };

test("a channel without traffic reads as nothing", () => {
  expect(createChannelTally(fakeClock()).read(1)).toEqual(NOTHING);
});

test("requests of a minute stand in its place for 15 minutes, each channel's own", () => {
  const clock = fakeClock();
  const tally = createChannelTally(clock);
  tally.sent(1);
  tally.sent(1);
  tally.sent(2);
  clock.advance(2 * MINUTE);
  tally.sent(1);
  expect(tally.read(1).spark).toEqual([...Array(12).fill(0), 2, 0, 1]);
  expect(tally.read(2).spark).toEqual([...Array(12).fill(0), 1, 0, 0]);
  clock.advance(12 * MINUTE);
  expect(tally.read(1).spark).toEqual([2, 0, 1, ...Array(12).fill(0)]);
  clock.advance(3 * MINUTE);
  expect(tally.read(1)).toEqual(NOTHING);
});

test("refusals count for five minutes, by their kind", () => {
  const clock = fakeClock();
  const tally = createChannelTally(clock);
  tally.refused(1, "full");
  clock.advance(4 * MINUTE);
  tally.refused(1, "full");
  tally.refused(1, "timeout");
  expect(tally.read(1).denied5m).toEqual({ full: 2, timeout: 1 });
  clock.advance(MINUTE);
  expect(tally.read(1).denied5m).toEqual({ full: 1, timeout: 1 });
});

test.each([
  [[0, 0, 0, 0], 0, 0],
  [[...Array(95).fill(0), 500, 500, 500, 500, 500], 0, 0],
  [[...Array(94).fill(0), 500, 500, 500, 500, 500, 500], 500, 625],
  [[1], 1, 1.25],
  [[600_000], 600_000, 750_000],
])("of waits %j 95 in 100 are no longer than told", (waits, least, most) => {
  const tally = createChannelTally(fakeClock());
  for (const ms of waits) tally.waited(1, ms);
  const { waitP95Ms } = tally.read(1);
  expect(waitP95Ms).toBeGreaterThanOrEqual(least);
  expect(waitP95Ms).toBeLessThanOrEqual(most);
});

test("a clock that goes back loses nothing", () => {
  const clock = fakeClock();
  let now = clock.now();
  const tally = createChannelTally({ now: () => now });
  tally.sent(1);
  now -= MINUTE;
  tally.sent(1);
  now += MINUTE;
  expect(tally.read(1).spark.at(-1)).toBe(2);
});
