import { expect, test } from "vitest";
import { accountAfter, accountNow, freshAccount } from "./account-state";

/** `x`: refused, `.`: answered otherwise. */
const play = (text: string, credentials: readonly string[]) =>
  [...text].reduce((state, sign) => accountAfter(state, sign === "x", 1_000), freshAccount(credentials));

test.each([
  ["xx", ["a"], 0, false],
  ["xxx", ["a"], 0, true],
  ["xx.xx", ["a"], 0, false],
  ["xxx", ["a", "b"], 1, false],
  ["xxxxx", ["a", "b"], 1, false],
  ["xxxxxx", ["a", "b"], 1, true],
  ["xxx.xxx", ["a", "b", "c"], 2, false],
])("after %s of %j number %d is used, failed: %s", (...[text, credentials, used, isFailed]) => {
  const state = play(text, credentials);
  expect(state.used).toBe(used);
  expect(state.failedUntil).toBe(isFailed ? 301_000 : null);
});

test("a failed account rests for 5 minutes and then begins with its first credential", () => {
  const failed = play("xxxxxx", ["a", "b"]);
  expect(accountNow(failed, ["a", "b"], 300_999)).toBe(failed);
  expect(accountNow(failed, ["a", "b"], 301_000)).toEqual(freshAccount(["a", "b"]));
});

test("a new, replaced or missing credential ends the rest at once", () => {
  const failed = play("xxx", ["a"]);
  for (const changed of [["b"], ["a", "b"], []])
    expect(accountNow(failed, changed, 2_000)).toEqual(freshAccount(changed));
});

test("a late reply does not prolong the rest", () => {
  const failed = play("xxx", ["a"]);
  expect(accountAfter(failed, true, 200_000)).toBe(failed);
});
