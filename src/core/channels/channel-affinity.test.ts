import { expect, test } from "vitest";
import { conversationName, preferenceAfter } from "./channel-affinity";

// Channels of 10 and above serve other models.
test.each([
  [[], 1, false, [1]],
  [[1], 1, false, [1]],
  [[1], 2, true, [1, 2]],
  [[1, 2], 3, true, [1, 3]],
  [[1, 2], 1, false, [1]],
  [[1, 2], 2, false, [2]],
  [[1], 2, false, [2]],
  [[10], 1, true, [1, 10]],
  [[10, 1], 2, true, [1, 2, 10]],
  [[10, 1, 11], 1, false, [1, 10, 11]],
  [[10, 11, 12, 13], 1, false, [1, 10, 11, 12]],
])("%j, served by %i, spilled %s: %j", (...[known, servedBy, isSpilled, after]) => {
  const serves = (id: number) => id < 10;
  expect(preferenceAfter(known, { servedBy, serves, wasFull: () => isSpilled })).toEqual(after);
});

test("the name of a conversation is a digest of its own for each key, whatever the model", () => {
  const given = { keyId: 1, text: "ada@example.com" };
  const names = [given, { ...given, keyId: 2 }, { ...given, text: "other" }].map(conversationName);
  expect(new Set(names).size).toBe(3);
  for (const name of names) expect(name).toMatch(/^[\w-]{22}$/);
});
