import { PATH_BASE, type WatchedKey, type WatchPlan } from "./watch-plan";

const MAX_PATH = 4;
const UNKNOWN = -1;
/** No key stands before the next value: it is an array's element or the root. */
const NO_KEY = -2;
const MAX_KEPT_BYTES = 8 * 1024 * 1024;

/** Gets the JSON text of a watched value that is not null. */
export type ValueSink = (slot: number, json: Buffer) => void;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OTHER = 0;
/** 1 string, 2 open, 3 close, 4 comma, 5 colon, 6 white space. */
const KINDS = new Uint8Array(256);
for (const [characters, kind] of [
  ['"', 1],
  ["{[", 2],
  ["}]", 3],
  [",", 4],
  [":", 5],
  [" \t\r\n", 6],
] as const) {
  for (const character of characters) KINDS[character.charCodeAt(0)] = kind;
}

/**
 * Reads JSON of an upstream in chunks of any size, keeping only watched values (protocols-and-pricing.md T15) and counting content (T11).
 * It trusts the text: malformed JSON gives nothing or little, never a throw. Watched values beyond 8 MiB are dropped.
 */
export class JsonWatch {
  /** Bytes of counted strings, after unescaping; an escape of the `\u` form counts as three. */
  contentBytes = 0;
  /** The root object or array was closed. */
  isComplete = false;
  /** Counted strings since the last restart; one with an escape, or cut by the end of a chunk, makes it more than one. */
  contentStrings = 0;
  /** Where the last counted string lies in its chunk, without its quotes. */
  contentStart = 0;
  contentEnd = 0;
  readonly #plan: WatchPlan;
  readonly #sink: ValueSink;
  readonly #onDrop: (slot: number) => void;
  #depth = 0;
  /** Path code of the container at each depth. */
  readonly #codes = [0, 0, 0, 0, 0, 0];
  #keyCode = NO_KEY;
  #isContentKey = false;
  #candidate: WatchedKey | null = null;
  /** Inside a string that began in an earlier chunk or in this one. */
  #inString = false;
  #isEscaped = false;
  #isCounted = false;
  /** The start of a string cut by the end of a chunk, as long as it could still be a key. */
  #carry: Buffer | null = null;
  #slot = -1;
  #slotDepth = 0;
  #parts: Buffer[] = [];
  #partBytes = 0;

  /** @param onDrop hears of a watched value that was dropped */
  constructor(plan: WatchPlan, sink: ValueSink, onDrop: (slot: number) => void = () => {}) {
    this.#plan = plan;
    this.#sink = sink;
    this.#onDrop = onDrop;
  }

  /** Forgets the text so far, except what was counted: the next chunk starts a new one. */
  restart(): void {
    this.isComplete = false;
    this.contentStrings = 0;
    this.#depth = 0;
    this.#keyCode = NO_KEY;
    this.#isContentKey = false;
    this.#candidate = null;
    this.#inString = false;
    this.#isEscaped = false;
    this.#carry = null;
    this.#slot = -1;
    this.#parts = [];
    this.#partBytes = 0;
  }

  /** Takes the next bytes of the text. */
  push(bytes: Buffer): void {
    let at = this.#resume(bytes);
    let keptFrom = 0;
    for (; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      const kind = KINDS[byte] as number;
      if (kind === 6 || (kind === OTHER && this.#keyCode < 0)) continue;
      if (this.#isKeptEnd(kind)) this.#finish(bytes.subarray(keptFrom, at));
      if (kind < 3 && this.#startsKept(byte)) keptFrom = at;
      if (kind === 1) at = this.#takeString(bytes, at);
      else if (kind !== OTHER) this.#structure(kind);
    }
    if (this.#slot >= 0) this.#keep(bytes.subarray(keptFrom));
  }

  /** Finishes a string that the chunk before left open; returns where to go on. */
  #resume(bytes: Buffer): number {
    return this.#inString ? this.#readString(bytes, 0) : 0;
  }

  /** A comma or a closing byte on the level of a kept value stands behind it. */
  #isKeptEnd(kind: number): boolean {
    return this.#slot >= 0 && (kind === 3 || kind === 4) && this.#depth === this.#slotDepth;
  }

  #structure(kind: number): void {
    if (kind === 2) {
      this.#open();
    } else if (kind === 5) {
      this.#takeKey();
      return;
    } else if (kind === 3) {
      this.#depth--;
      if (this.#depth === 0) this.isComplete = true;
    }
    this.#forgetKey();
  }

  #forgetKey(): void {
    this.#keyCode = NO_KEY;
    this.#isContentKey = false;
    this.#candidate = null;
  }

  #open(): void {
    const parent = this.#depth <= MAX_PATH ? (this.#codes[this.#depth] ?? UNKNOWN) : UNKNOWN;
    const isInherited = this.#keyCode === NO_KEY;
    const code = isInherited ? parent : this.#keyCode;
    this.#depth++;
    if (this.#depth > MAX_PATH) return;
    const isUseful = isInherited || (code >= 0 && this.#plan.nodes.get(code)?.isPrefix === true);
    this.#codes[this.#depth] = isUseful ? code : UNKNOWN;
    if (isInherited && this.#depth === 3 && code === this.#plan.counted?.code)
      this.#sink(this.#plan.counted.slot, Buffer.alloc(0));
  }

  #takeKey(): void {
    const candidate = this.#candidate;
    this.#candidate = null;
    const parent = this.#depth <= MAX_PATH ? (this.#codes[this.#depth] ?? UNKNOWN) : UNKNOWN;
    this.#isContentKey = candidate?.isContent === true;
    this.#keyCode = UNKNOWN;
    if (candidate === null || parent < 0) return;
    const code = parent * PATH_BASE + candidate.id;
    if (this.#plan.nodes.has(code)) this.#keyCode = code;
  }

  /** At the first byte of a value: true when a watched key stands before it and it is kept from here on. */
  #startsKept(byte: number): boolean {
    if (this.#keyCode < 0) return false;
    const slot = this.#plan.nodes.get(this.#keyCode)?.slot ?? -1;
    const isKept = slot >= 0 && this.#slot < 0 && byte !== 0x6e;
    if (isKept) {
      this.#slot = slot;
      this.#slotDepth = this.#depth;
    }
    // A container needs the code for its own path; any other value ends the key's part here.
    if (KINDS[byte] !== 2) this.#keyCode = NO_KEY;
    return isKept;
  }

  #keep(part: Buffer): void {
    this.#parts.push(part);
    this.#partBytes += part.length;
    if (this.#partBytes <= MAX_KEPT_BYTES) return;
    this.#onDrop(this.#slot);
    this.#slot = -1;
    this.#parts = [];
    this.#partBytes = 0;
  }

  #finish(last: Buffer): void {
    const json = this.#parts.length === 0 ? last : Buffer.concat([...this.#parts, last]);
    const slot = this.#slot;
    this.#slot = -1;
    this.#parts = [];
    this.#partBytes = 0;
    this.#sink(slot, json);
  }

  /** Takes the string whose quote stands at `at`; returns the position of its closing quote. Most are short, plain and whole. */
  #takeString(bytes: Buffer, at: number): number {
    const { length } = bytes;
    let end = at + 1;
    while (end < length && bytes[end] !== QUOTE && bytes[end] !== BACKSLASH) end++;
    this.#isCounted = this.#isContentKey;
    if (end >= length || bytes[end] !== QUOTE) return this.#readString(bytes, at + 1) - 1;
    if (this.#isCounted) this.#countPlain(at + 1, end);
    else if (this.#canBeKey(bytes, end)) this.#candidate = this.#match(bytes, at + 1, end);
    return end;
  }

  #countPlain(start: number, end: number): void {
    this.contentBytes += end - start;
    this.contentStrings++;
    this.contentStart = start;
    this.contentEnd = end;
  }

  /** False when what follows a closing quote shows that the string is a value. */
  #canBeKey(bytes: Buffer, end: number): boolean {
    const next = bytes[end + 1];
    return next === COLON || next === undefined || KINDS[next] === 6;
  }

  /** Reads on in a string; returns the position behind its closing quote, or the end of the chunk. */
  #readString(bytes: Buffer, from: number): number {
    this.#inString = true;
    let at = from;
    if (this.#isEscaped && at < bytes.length) at = this.#readEscape(bytes, at);
    while (at < bytes.length) {
      const byte = bytes[at] as number;
      if (byte === QUOTE) break;
      at = byte === BACKSLASH ? this.#readEscape(bytes, at + 1) : at + 1;
    }
    if (this.#isCounted) {
      this.contentBytes += at - from;
      this.contentStrings += 2;
    } else this.#spell(bytes, from, at);
    if (at >= bytes.length) return at;
    this.#inString = false;
    this.#carry = null;
    return at + 1;
  }

  /** At the byte behind a backslash; corrects the count by what the escape adds to the bytes of its character. */
  #readEscape(bytes: Buffer, at: number): number {
    this.#isEscaped = at >= bytes.length;
    if (this.#isEscaped) return at;
    if (this.#isCounted) this.contentBytes -= bytes[at] === 0x75 ? 3 : 1;
    return at + 1;
  }

  /** Notes the watched key that a string equals, if it is one. */
  #spell(bytes: Buffer, start: number, end: number): void {
    if (end >= bytes.length || this.#carry !== null) {
      const length = (this.#carry?.length ?? 0) + end - start;
      const isLong = length >= this.#plan.keysByLength.length;
      this.#carry = isLong
        ? Buffer.alloc(this.#plan.keysByLength.length)
        : Buffer.concat([this.#carry ?? Buffer.alloc(0), bytes.subarray(start, end)]);
      if (end < bytes.length) this.#candidate = this.#match(this.#carry, 0, this.#carry.length);
      return;
    }
    if (this.#canBeKey(bytes, end)) this.#candidate = this.#match(bytes, start, end);
  }

  #match(bytes: Buffer, start: number, end: number): WatchedKey | null {
    for (const key of this.#plan.keysByLength[end - start] ?? []) {
      let index = 0;
      while (index < key.bytes.length && bytes[start + index] === key.bytes[index]) index++;
      if (index === key.bytes.length) return key;
    }
    return null;
  }
}
