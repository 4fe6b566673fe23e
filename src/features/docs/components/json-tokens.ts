/** What a piece of JSON is, for its colour. */
export type JsonTokenKind = "name" | "text" | "number" | "word" | "mark";

/** A piece of JSON as it is written. */
export type JsonToken = { readonly kind: JsonTokenKind; readonly text: string };

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b/g;

/** Cuts JSON into pieces; together they are the text again, whatever it is. */
export function jsonTokens(text: string): readonly JsonToken[] {
  const tokens: JsonToken[] = [];
  let at = 0;
  const push = (kind: JsonTokenKind, piece: string) => {
    if (piece !== "") tokens.push({ kind, text: piece });
  };
  for (const match of text.matchAll(TOKEN)) {
    const [whole, string, colon, number] = match;
    push("mark", text.slice(at, match.index));
    if (string !== undefined) {
      push(colon === undefined ? "text" : "name", string);
      push("mark", colon ?? "");
    } else push(number === undefined ? "word" : "number", whole);
    at = match.index + whole.length;
  }
  push("mark", text.slice(at));
  return tokens;
}
