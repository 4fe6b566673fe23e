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
