import { expect, test } from "vitest";
import { allParts, parseMessage } from "./parse-message";

test("a message is read into text, arguments, cases and tags", () => {
  const parts = parseMessage(
    "Ends <b>{count, plural, =0 {never} one {# day} other {# days}}</b>, {name}'s word {n, number, ::compact}",
  );
  expect(allParts(parts).flatMap((part) => (part.kind === "argument" ? [`${part.name}:${part.format}`] : []))).toEqual([
    "count:plural",
    "name:plain",
    "n:number",
  ]);
  expect(parts.map((part) => part.kind)).toEqual(["text", "tag", "text", "argument", "text", "text", "argument"]);
});

test.each(["{", "{a", "}", "<b>x", "{a, weird}", "{n, plural, one x}", "it'{'s", "<b>x</i>"])(
  "%s is refused",
  (message) => {
    expect(() => parseMessage(message)).toThrow(SyntaxError);
  },
);
