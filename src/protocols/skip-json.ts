/**
 * The strict JSON lexer under `scan-body.ts`: walks bytes, checks the whole grammar and builds nothing.
 * Every `skip...` function takes a position and returns the position behind what it skipped, or the complement (`~offset`, negative)
 * of the offset at which the text stops being JSON. UTF-8 validity is checked beforehand, for the whole body at once.
 */
export type JsonSource = {
  readonly bytes: Buffer;
  readonly view: DataView;
  /** Kinds of the open containers, by their opening byte. A plain array: a typed one of this length costs a system allocation. */
  readonly kinds: number[];
  /** Nested strings that look like encoded files (protocols-and-pricing.md 4.2). */
  blobCount: number;
  blobBytes: number;
  isTooDeep: boolean;
};

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
/** `}` and `]` both follow their opening byte at this distance. */
const TO_CLOSING = 2;
const SPACE = 0x20;
const BLOB_BYTES = 4096;

/** Depth allowed below the top-level object, so that 512 levels pass in all. */
const NESTED_LEVELS = 511;

/** A source over a whole body. */
export function jsonSource(bytes: Buffer): JsonSource {
  return {
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    kinds: [],
    blobCount: 0,
    blobBytes: 0,
    isTooDeep: false,
  };
}

/** Skips JSON white space: 20, 09, 0A, 0D. Never fails. */
export function skipWhite(bytes: Buffer, from: number): number {
  let at = from;
  for (;;) {
    const byte = bytes[at];
    if (byte !== SPACE && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
    at++;
  }
}

const ESCAPES = new Uint8Array(256);
for (const letter of '"\\/bfnrt') ESCAPES[letter.charCodeAt(0)] = 1;
const HEX = new Uint8Array(256);
for (const digit of "0123456789abcdefABCDEF") HEX[digit.charCodeAt(0)] = 1;

function skipUnicodeEscape(bytes: Buffer, at: number): number {
  if (bytes[at + 1] !== 0x75) return ~at;
  for (let digit = at + 2; digit < at + 6; digit++) if (HEX[bytes[digit] ?? 0] !== 1) return ~at;
  return at + 6;
}

/** The last bytes of a body, one by one: the position of the first quote, backslash or control character, or the end. */
function skipTail(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length) {
    const byte = bytes[at] as number;
    if (byte === QUOTE || byte === BACKSLASH || byte < SPACE) break;
    at++;
  }
  return at;
}

/**
 * Skips the rest of a string whose opening quote lies before `from`. Four bytes are tested at once for a quote, a backslash or a control
 * character: the lowest set bit of `hit` marks the first of them (a borrow only reaches higher bytes). Measured on 2 cores, 320 KB of prose:
 * 0.16 ms against 0.33 ms byte by byte.
 */
export function skipString(source: JsonSource, from: number): number {
  const { bytes, view } = source;
  const lastWord = bytes.length - 4;
  let at = from;
  for (;;) {
    let hit = 0;
    while (at <= lastWord) {
      const word = view.getInt32(at, true);
      const quotes = word ^ 0x22222222;
      const slashes = word ^ 0x5c5c5c5c;
      hit =
        (((quotes - 0x01010101) & ~quotes) | ((slashes - 0x01010101) & ~slashes) | ((word - 0x20202020) & ~word)) &
        0x80808080;
      if (hit !== 0) break;
      at += 4;
    }
    if (hit !== 0) at += (31 - Math.clz32(hit & -hit)) >> 3;
    else at = skipTail(bytes, at);
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    if (byte !== BACKSLASH) return ~at;
    if (ESCAPES[bytes[at + 1] as number] === 1) at += 2;
    else at = skipUnicodeEscape(bytes, at);
    if (at < 0) return at;
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function skipDigits(bytes: Buffer, from: number): number {
  let at = from;
  while (isDigit(bytes[at])) at++;
  return at === from ? ~at : at;
}

function skipNumber(bytes: Buffer, from: number): number {
  let at = bytes[from] === 0x2d ? from + 1 : from;
  at = bytes[at] === 0x30 ? at + 1 : skipDigits(bytes, at);
  if (at >= 0 && bytes[at] === 0x2e) at = skipDigits(bytes, at + 1);
  if (at >= 0 && ((bytes[at] ?? 0) | 0x20) === 0x65) {
    const sign = bytes[at + 1];
    at = skipDigits(bytes, sign === 0x2b || sign === 0x2d ? at + 2 : at + 1);
  }
  return at;
}

const TRUE = Buffer.from("true");
const FALSE = Buffer.from("false");
const NULL = Buffer.from("null");

function skipWord(bytes: Buffer, from: number, word: Buffer): number {
  for (let index = 1; index < word.length; index++) if (bytes[from + index] !== word[index]) return ~from;
  return from + word.length;
}

function skipScalar(bytes: Buffer, from: number): number {
  const byte = bytes[from];
  if (byte === 0x74) return skipWord(bytes, from, TRUE);
  if (byte === 0x66) return skipWord(bytes, from, FALSE);
  if (byte === 0x6e) return skipWord(bytes, from, NULL);
  return byte === 0x2d || isDigit(byte) ? skipNumber(bytes, from) : ~from;
}

/** Skips `"key" :` and the white space around the colon; returns the position of the value. */
function skipKey(source: JsonSource, from: number): number {
  if (source.bytes[from] !== QUOTE) return ~from;
  const end = skipString(source, from + 1);
  return end < 0 ? end : skipColon(source.bytes, end);
}

/** Skips the colon behind a key and the white space around it. */
export function skipColon(bytes: Buffer, from: number): number {
  const colon = skipWhite(bytes, from);
  return bytes[colon] === COLON ? skipWhite(bytes, colon + 1) : ~colon;
}

/** Skips any value that starts at `from`. A string here is a top-level one and never counts as a blob. */
export function skipValue(source: JsonSource, from: number): number {
  const byte = source.bytes[from];
  if (byte === QUOTE) return skipString(source, from + 1);
  return byte === OPEN_BRACE || byte === OPEN_BRACKET ? skipContainer(source, from) : skipScalar(source.bytes, from);
}

function skipNestedString(source: JsonSource, from: number): number {
  const end = skipString(source, from);
  if (end - from > BLOB_BYTES + 1) countBlob(source, from, end - 1);
  return end;
}

function countBlob(source: JsonSource, start: number, end: number): void {
  if (source.bytes.subarray(start, start + BLOB_BYTES).includes(SPACE)) return;
  source.blobCount++;
  source.blobBytes += end - start;
}

// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one loop over an explicit stack; split up it measures 15 % slower
function skipContainer(source: JsonSource, from: number): number {
  const { bytes, kinds } = source;
  let open = 0;
  let at = from;
  for (;;) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) {
      at = skipNestedString(source, at + 1);
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      if (open === NESTED_LEVELS) {
        source.isTooDeep = true;
        return ~at;
      }
      kinds[open++] = byte;
      at = skipWhite(bytes, at + 1);
      if (bytes[at] !== byte + TO_CLOSING) {
        if (byte === OPEN_BRACE) at = skipKey(source, at);
        if (at < 0) return at;
        continue;
      }
    } else {
      at = skipScalar(bytes, at);
    }
    if (at < 0) return at;
    for (;;) {
      at = skipWhite(bytes, at);
      const kind = kinds[open - 1] as number;
      const next = bytes[at];
      if (next === COMMA) {
        at = skipWhite(bytes, at + 1);
        if (kind === OPEN_BRACE) at = skipKey(source, at);
        if (at < 0) return at;
        break;
      }
      if (next !== kind + TO_CLOSING) return ~at;
      at++;
      if (--open === 0) return at;
    }
  }
}
