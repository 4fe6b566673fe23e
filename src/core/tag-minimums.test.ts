import { fakeClock } from "@test/fake-clock";
import { expect, test } from "vitest";
import { createTagMinimums } from "./tag-minimums";

test("a row needs the version of the newest change of each of its tags, and of all", () => {
  const minimums = createTagMinimums(1000, () => 0);
  minimums.raise(["key:1"], 5);
  minimums.raise(["user:7", "group:2"], 7);
  minimums.raise(["key:1"], 4); // told late
  const isUsable = (version: number) => minimums.isUsable(version, ["key:1", "user:8", "group:2"]);
  expect([isUsable(6), isUsable(7)]).toEqual([false, true]);
  expect(minimums.isUsable(4, ["key:1"])).toBe(false);
  expect(minimums.isUsable(1, ["key:2"])).toBe(true);
  minimums.raise(["*"], 9);
  expect([minimums.isUsable(8, ["key:2"]), minimums.isUsable(9, ["key:2"])]).toEqual([false, true]);
});

test("a minimum is forgotten after its time, counted from when it was raised last", () => {
  const clock = fakeClock();
  const minimums = createTagMinimums(1000, clock.now);
  minimums.raise(["key:1"], 5);
  minimums.raise(["key:2"], 6);
  clock.advance(900);
  minimums.raise(["key:1"], 7);
  clock.advance(100);
  minimums.raise(["key:3"], 8);
  expect(minimums.size).toBe(2);
  expect(minimums.isUsable(6, ["key:1"])).toBe(false);
});
