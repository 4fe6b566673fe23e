import { expect, test } from "vitest";
import { conversationName, preferenceAfter } from "./channel-affinity";

test.each([
  [[], 1, false, [1]],
  [[1], 1, false, [1]],
  [[1], 2, true, [1, 2]],
  [[1, 2], 3, true, [1, 3]],
  [[1, 2], 1, false, [1]],
  [[1, 2], 2, false, [2]],
  [[1], 2, false, [2]],
])("%j, served by %i, spilled %s: %j", (...[known, servedBy, isSpilled, after]) => {
  expect(preferenceAfter(known, servedBy, isSpilled)).toEqual(after);
});

test("the name of a conversation is a digest of its own for each key and model", () => {
  const given = { keyId: 1, model: "m", text: "ada@example.com" };
  const names = [given, { ...given, keyId: 2 }, { ...given, model: "n" }, { ...given, text: "other" }].map(
    conversationName,
  );
  expect(new Set(names).size).toBe(4);
  for (const name of names) expect(name).toMatch(/^[\w-]{22}$/);
});
