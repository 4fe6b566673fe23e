import { expect, test } from "vitest";
import { accountAfter, accountNow, freshAccount } from "./account-state";

const listOf = (values: readonly string[]) => values.map((value, index) => ({ id: index + 1, value }));
/** `x`: refused, `.`: answered otherwise. */
const play = (text: string, credentials: readonly string[]) =>
  [...text].reduce(
    (state, sign) =>
      accountAfter(state, { credentialId: state.credentials[state.used]?.id ?? null, isRefused: sign === "x" }, 1_000),
    freshAccount(listOf(credentials)),
  );

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
  expect(accountNow(failed, listOf(["a", "b"]), 300_999)).toBe(failed);
  expect(accountNow(failed, listOf(["a", "b"]), 301_000)).toEqual(freshAccount(listOf(["a", "b"])));
});

test("a new, replaced or missing credential ends the rest at once", () => {
  const failed = play("xxx", ["a"]);
  for (const changed of [["b"], ["a", "b"], []])
    expect(accountNow(failed, listOf(changed), 2_000)).toEqual(freshAccount(listOf(changed)));
});

test("a late reply does not prolong the rest", () => {
  const failed = play("xxx", ["a"]);
  expect(accountAfter(failed, { credentialId: 1, isRefused: true }, 200_000)).toBe(failed);
});

test("late refusals of the credential before say nothing of the one in use", () => {
  let state = play("xxx", ["a", "b"]);
  for (let late = 0; late < 9; late++) state = accountAfter(state, { credentialId: 1, isRefused: true }, 1_000);
  expect(state).toMatchObject({ used: 1, refusals: 0, failedUntil: null });
});
