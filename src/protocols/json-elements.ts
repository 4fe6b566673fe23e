import { jsonSource, skipValue, skipWhite } from "./skip-json";

const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** Where a value lies in its bytes; it ends before `end`. */
export type JsonSpan = { readonly start: number; readonly end: number };

/**
 * The elements of an array that begins at `from`, in JSON that was checked before; of any other value the value itself, as lenient parsers
 * take one for a list of one.
 */
export function* jsonElements(bytes: Buffer, from: number): Generator<JsonSpan> {
  const source = jsonSource(bytes);
  if (bytes[from] !== OPEN_BRACKET) {
    yield { start: from, end: skipValue(source, from) };
    return;
  }
  let at = skipWhite(bytes, from + 1);
  while (bytes[at] !== CLOSE_BRACKET) {
    const end = skipValue(source, at);
    yield { start: at, end };
    at = skipWhite(bytes, end);
    if (bytes[at] === COMMA) at = skipWhite(bytes, at + 1);
  }
}
