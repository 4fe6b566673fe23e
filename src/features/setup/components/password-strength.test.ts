import { expect, test } from "vitest";
import { passwordStrength } from "./password-strength";

test.each([
  ["", "weak"],
  ["Tr0ub4dor&3", "weak"],
  ["aaaaaaaaaaaaaaaaaaaaaa", "weak"],
  ["abcdefabcdef", "fair"],
  ["river stone lamp", "good"],
  ["correct horse battery staple 9", "strong"],
])("%j is %s", (password, word) => {
  expect(passwordStrength(password).word).toBe(word);
});
