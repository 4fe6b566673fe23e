import { expect, test } from "vitest";
import { boostStateAt } from "./boost-state";

test.each([
  ["before its start", { validFrom: 10, validTo: 20, endedAt: null }, 9, "scheduled"],
  ["at its start", { validFrom: 10, validTo: 20, endedAt: null }, 10, "active"],
  ["just before its end", { validFrom: 10, validTo: 20, endedAt: null }, 19, "active"],
  ["at its end", { validFrom: 10, validTo: 20, endedAt: null }, 20, "ended"],
  ["ended by hand", { validFrom: 10, validTo: 20, endedAt: 15 }, 15, "ended"],
  ["ended by hand before it began", { validFrom: 10, validTo: 20, endedAt: 5 }, 7, "ended"],
  ["ended by hand after its end", { validFrom: 10, validTo: 20, endedAt: 30 }, 25, "ended"],
])("a boost %s: %o at %d is %s", (...[, boost, at, state]) => {
  expect(boostStateAt(boost, at)).toBe(state);
});
