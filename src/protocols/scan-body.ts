import { isUtf8 } from "node:buffer";
import { type JsonSource, jsonSource, skipColon, skipString, skipValue, skipWhite } from "./skip-json";

/** The type of a JSON value, from its first byte. */
type JsonType = "string" | "number" | "boolean" | "null" | "object" | "array";

/** A governed member of the top-level object. Offsets count from the start of the body; spans end before `...End`. */
export type ScannedMember = {
  readonly name: string;
  /** Span of the key with its quotes. */
  readonly keyStart: number;
  readonly keyEnd: number;
  /** False when the key is spelled with escapes, so that it must be rewritten before it is sent. */
  readonly isPlainKey: boolean;
  readonly valueStart: number;
  readonly valueEnd: number;
  readonly type: JsonType;
};

/** A member that is only looked at: the span of its value, and its type. */
export type SeenMember = Pick<ScannedMember, "valueStart" | "valueEnd" | "type">;

/** What one pass over a valid body found. */
export type BodyScan = {
  readonly bytes: Buffer;
  /** 3 behind a byte order mark, else 0: where the bytes to send begin. */
  readonly start: number;
  /** Offset behind the opening brace. */
  readonly bodyStart: number;
  readonly isEmpty: boolean;
  /** Governed members by name; of duplicates the last. */
  readonly members: ReadonlyMap<string, ScannedMember>;
  /** Members that are only looked at, by name; of duplicates the last. One spelled otherwise is another one. */
  readonly seen: ReadonlyMap<string, SeenMember>;
  /** Earlier duplicates of governed members: start and end offsets in turn, each with the comma behind it. */
  readonly removed: readonly number[];
  /** Bytes outside blobs, and the number of blobs, for the estimator. */
  readonly textBytes: number;
  readonly blobCount: number;
};

/** Why a body was refused: malformed, or well-formed but not acceptable. */
export type ScanError = {
  readonly code: "invalid_json" | "invalid_body";
  /** Byte offset of the fault. */
  readonly offset: number;
  readonly reason: "malformed" | "not_utf8" | "not_an_object" | "too_deep" | "ambiguous_key";
};

type GovernedKey = { readonly name: string; readonly bytes: Buffer; readonly isSeenOnly: boolean };

/** The keys of one operation that Sluice reads or changes. */
export type GovernedFields = {
  readonly names: ReadonlySet<string>;
  /** The names in lower case. */
  readonly folded: ReadonlySet<string>;
  readonly byLength: readonly (readonly GovernedKey[] | undefined)[];
  /** Longest spelling of a key that could equal a name: every character an escaped surrogate pair. */
  readonly longestSpelling: number;
};

/**
 * Compiles key names (ASCII) for `scanBody`.
 * @param seenOnly keys that are looked at where they are spelled plainly, and never guarded or changed
 */
export function governedFields(names: readonly string[], seenOnly: readonly string[] = []): GovernedFields {
  const byLength: (GovernedKey[] | undefined)[] = [];
  for (const name of [...names, ...seenOnly]) {
    const keys = byLength[name.length] ?? [];
    byLength[name.length] = keys;
    keys.push({ name, bytes: Buffer.from(name), isSeenOnly: !names.includes(name) });
  }
  const folded = new Set(names.map((name) => name.toLowerCase()));
  return { names: new Set(names), folded, byLength, longestSpelling: 12 * byLength.length };
}

/** Narrows the result of `scanBody`. */
export function isScanError(result: BodyScan | ScanError): result is ScanError {
  return "code" in result;
}

/**
 * Checks a body and finds its governed members in one pass, without building an object (protocols-and-pricing.md 4.2).
 * Accepts exactly the bytes that `JSON.parse` accepts after a strict UTF-8 decoding, if they are an object of at most 512 levels in which no
 * key equals a governed one under case folding only. Time is linear in the size of the body.
 */
export function scanBody(body: Uint8Array, fields: GovernedFields): BodyScan | ScanError {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (!isUtf8(bytes)) return { code: "invalid_json", offset: firstInvalidByte(bytes), reason: "not_utf8" };
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const source = jsonSource(bytes);
  const open = skipWhite(bytes, start);
  if (bytes[open] !== 0x7b) return refuseOther(source, open);
  const members = new Members(source, fields);
  const inside = skipWhite(bytes, open + 1);
  const isEmpty = bytes[inside] === 0x7d;
  const close = isEmpty ? inside + 1 : members.readAll(inside);
  if (close < 0) return scanError(source, members, ~close);
  const end = skipWhite(bytes, close);
  if (end < bytes.length) return { code: "invalid_json", offset: end, reason: "malformed" };
  return {
    bytes,
    start,
    bodyStart: open + 1,
    isEmpty,
    members: members.byName,
    seen: members.seen,
    removed: members.removed,
    textBytes: bytes.length - source.blobBytes,
    blobCount: source.blobCount,
  };
}

function scanError(source: JsonSource, members: Members, offset: number): ScanError {
  if (members.isAmbiguous) return { code: "invalid_body", offset, reason: "ambiguous_key" };
  if (source.isTooDeep) return { code: "invalid_body", offset, reason: "too_deep" };
  return { code: "invalid_json", offset, reason: "malformed" };
}

/** A body that does not open with a brace: still told apart into valid JSON of another type and no JSON at all. */
function refuseOther(source: JsonSource, at: number): ScanError {
  const end = skipValue(source, at);
  if (source.isTooDeep) return { code: "invalid_body", offset: ~end, reason: "too_deep" };
  if (end < 0) return { code: "invalid_json", offset: ~end, reason: "malformed" };
  const tail = skipWhite(source.bytes, end);
  if (tail < source.bytes.length) return { code: "invalid_json", offset: tail, reason: "malformed" };
  return { code: "invalid_body", offset: at, reason: "not_an_object" };
}

type KnownKey = Pick<GovernedKey, "name" | "isSeenOnly">;

const NOTHING_SEEN: ReadonlyMap<string, SeenMember> = new Map();

type OpenMember = { -readonly [Field in keyof ScannedMember]: ScannedMember[Field] } & { end: number };

/** Collects the governed members while the top-level object is read. */
class Members {
  readonly byName = new Map<string, OpenMember>();
  seen: ReadonlyMap<string, SeenMember> = NOTHING_SEEN;
  readonly removed: number[] = [];
  isAmbiguous = false;
  readonly #source: JsonSource;
  readonly #fields: GovernedFields;

  constructor(source: JsonSource, fields: GovernedFields) {
    this.#source = source;
    this.#fields = fields;
  }

  /** Reads all members from the first key on; returns the offset behind the closing brace, or the complement of a fault's offset. */
  readAll(from: number): number {
    const { bytes } = this.#source;
    let at = from;
    for (;;) {
      if (bytes[at] !== 0x22) return ~at;
      const next = this.#readMember(at);
      if (next < 0) return next;
      if (bytes[next] === 0x7d) return next + 1;
      if (bytes[next] !== 0x2c) return ~next;
      at = skipWhite(bytes, next + 1);
    }
  }

  /** Reads `"key": value`; returns the position behind it and its white space. */
  #readMember(keyStart: number): number {
    const { bytes } = this.#source;
    const keyEnd = skipString(this.#source, keyStart + 1);
    if (keyEnd < 0) return keyEnd;
    const key = this.#knownKey(keyStart, keyEnd);
    if (this.isAmbiguous) return ~keyStart;
    const valueStart = skipColon(bytes, keyEnd);
    if (valueStart < 0) return valueStart;
    const valueEnd = skipValue(this.#source, valueStart);
    if (valueEnd < 0) return valueEnd;
    const next = skipWhite(bytes, valueEnd);
    if (key?.isSeenOnly) this.#see(key.name, valueStart, valueEnd);
    else if (key !== null) this.#keep({ name: key.name, keyStart, keyEnd, valueStart, valueEnd }, next + 1);
    return next;
  }

  #see(name: string, valueStart: number, valueEnd: number): void {
    const type = jsonTypeOf(this.#source.bytes[valueStart] as number);
    this.seen = new Map([...this.seen, [name, { valueStart, valueEnd, type }]]);
  }

  #keep(span: Omit<ScannedMember, "isPlainKey" | "type">, end: number): void {
    const earlier = this.byName.get(span.name);
    if (earlier !== undefined) this.removed.push(earlier.keyStart, earlier.end);
    const isPlainKey = span.keyEnd - span.keyStart === span.name.length + 2;
    const type = jsonTypeOf(this.#source.bytes[span.valueStart] as number);
    this.byName.set(span.name, { ...span, isPlainKey, type, end });
  }

  /** The key of ours that a key (quotes included in the span) equals, or null. Notes one that equals a governed one only under case folding. */
  #knownKey(keyStart: number, keyEnd: number): KnownKey | null {
    const { bytes } = this.#source;
    const start = keyStart + 1;
    const length = keyEnd - start - 1;
    if (!isPlainAscii(bytes, start, keyEnd - 1)) return this.#foldedKey(keyStart, keyEnd);
    for (const key of this.#fields.byLength[length] ?? []) {
      const match = compareKey(bytes, start, key.bytes);
      if (match === "equal") return key;
      if (match === "folded" && !key.isSeenOnly) this.isAmbiguous = true;
    }
    return null;
  }

  #foldedKey(keyStart: number, keyEnd: number): KnownKey | null {
    if (keyEnd - keyStart > this.#fields.longestSpelling) return null;
    const key: string = JSON.parse(this.#source.bytes.toString("utf8", keyStart, keyEnd));
    if (this.#fields.names.has(key)) return { name: key, isSeenOnly: false };
    // Upper case first: it also unfolds ligatures and the long s, as the widest of the parsers in use do.
    if (this.#fields.folded.has(key.toUpperCase().toLowerCase())) this.isAmbiguous = true;
    return null;
  }
}

/** True when no byte of the span is a backslash or beyond ASCII. Long keys are cut: they equal no name. */
function isPlainAscii(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === 0x5c || byte >= 0x80) return false;
  }
  return true;
}

function compareKey(bytes: Buffer, start: number, key: Buffer): "equal" | "folded" | "other" {
  let match: "equal" | "folded" = "equal";
  for (let index = 0; index < key.length; index++) {
    const difference = (bytes[start + index] as number) ^ (key[index] as number);
    if (difference === 0) continue;
    if (difference !== 0x20 || !isLetter(key[index] as number)) return "other";
    match = "folded";
  }
  return match;
}

function isLetter(byte: number): boolean {
  return (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
}

function jsonTypeOf(first: number): JsonType {
  switch (first) {
    case 0x22:
      return "string";
    case 0x7b:
      return "object";
    case 0x5b:
      return "array";
    case 0x74:
    case 0x66:
      return "boolean";
    case 0x6e:
      return "null";
    default:
      return "number";
  }
}

const UTF8_BLOCK = 65_536;

/** Offset of the first invalid UTF-8 sequence: block by block, then character by character. Only for error messages. */
function firstInvalidByte(bytes: Buffer): number {
  let at = 0;
  for (let cut = blockEnd(bytes, 0); cut > at && isUtf8(bytes.subarray(at, cut)); cut = blockEnd(bytes, at)) at = cut;
  for (;;) {
    const length = sequenceLength(bytes[at] ?? 0xff);
    if (at >= bytes.length || !isUtf8(bytes.subarray(at, at + length))) return at;
    at += length;
  }
}

/** End of the block that starts at `from`, cut before a sequence that would cross it. */
function blockEnd(bytes: Buffer, from: number): number {
  let cut = Math.min(from + UTF8_BLOCK, bytes.length);
  for (let back = 0; back < 3 && ((bytes[cut] ?? 0) & 0xc0) === 0x80; back++) cut--;
  return cut;
}

function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}
