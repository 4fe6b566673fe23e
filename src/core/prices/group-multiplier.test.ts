import { expect, test } from "vitest";
import { groupMultiplier } from "./group-multiplier";

test.each([
  ["no group", [], 1_000_000],
  ["a group without one", [null], 1_000_000],
  ["the lowest of several", [500_000, 333_333, null, 900_000], 333_333],
  ["one above 1, when no other sets one", [null, 2_000_000], 2_000_000],
  ["nothing at all", [0, 500_000], 0],
])("%s", (_, multipliers, expected) => {
  expect(groupMultiplier(multipliers.map((costMultiplierPpm) => ({ costMultiplierPpm })))).toBe(expected);
});
