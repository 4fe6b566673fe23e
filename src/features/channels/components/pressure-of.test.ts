import { expect, test } from "vitest";
import { pressureOf } from "./pressure-of";

test("the fullest is first, one without a limit last, and those that nothing was heard of with it", () => {
  const rows = [
    { name: "half", inFlight: 2, waiting: 0, capacity: 4 },
    { name: "without a limit", inFlight: 900, waiting: 0, capacity: null },
    { name: "idle", inFlight: 0, waiting: 0, capacity: 4 },
    { name: "queueing", inFlight: 2, waiting: 3, capacity: 2 },
    { name: "at capacity", inFlight: 4, waiting: 0, capacity: 4 },
  ];
  const sorted = rows.toSorted((a, b) => pressureOf(a) - pressureOf(b)).map(({ name }) => name);
  expect(sorted).toEqual(["queueing", "at capacity", "half", "idle", "without a limit"]);
  expect(pressureOf(undefined)).toBe(1);
});
