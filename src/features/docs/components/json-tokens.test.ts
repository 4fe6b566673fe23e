import { expect, test } from "vitest";
import { jsonTokens } from "./json-tokens";

test("names, texts, numbers and words are told apart", () => {
  expect(jsonTokens('{"a": "b\\"c", "d": [-1.5e3, true, null]}').filter(({ kind }) => kind !== "mark")).toEqual([
    { kind: "name", text: '"a"' },
    { kind: "text", text: '"b\\"c"' },
    { kind: "name", text: '"d"' },
    { kind: "number", text: "-1.5e3" },
    { kind: "word", text: "true" },
    { kind: "word", text: "null" },
  ]);
});

test.each(['{"a":1}', "", 'no JSON "at all', '{\n  "unended'])("the pieces of %j are the text again", (text) => {
  expect(
    jsonTokens(text)
      .map((token) => token.text)
      .join(""),
  ).toBe(text);
});
