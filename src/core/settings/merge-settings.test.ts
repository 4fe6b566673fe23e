import { expect, test } from "vitest";
import { mergeSettings } from "./merge-settings";
import { DEFAULT_SETTINGS } from "./settings";

test("an empty database has the defaults", () => {
  expect(mergeSettings({})).toEqual(DEFAULT_SETTINGS);
});

test("a stored value wins, also when it is null", () => {
  const merged = mergeSettings({ maxAttempts: 5, timeZone: "Europe/Berlin", publicUrl: null });
  expect(merged).toEqual({ ...DEFAULT_SETTINGS, maxAttempts: 5, timeZone: "Europe/Berlin" });
});

test("a value that is not accepted and an unknown name leave the default", () => {
  expect(mergeSettings({ maxAttempts: 99, unpricedModels: "maybe", colour: "red" })).toEqual(DEFAULT_SETTINGS);
});

test.each([
  [0, 0],
  [4_999, 0],
  [5_000, 5_000],
  [600_000, 600_000],
  [600_001, 0],
])("heartbeats of a waiting stream are off or at least five seconds apart: %i is %i", (stored, inForce) => {
  expect(mergeSettings({ queueHeartbeatMs: stored }).queueHeartbeatMs).toBe(inForce);
});
