const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;

/** Gets the blocks of an event stream, each with the line ends that close it. */
export type BlockSink = {
  /** A complete block: the lines of one event, or comments. */
  block(bytes: Buffer): void;
  /** A line feed that belongs to the block before it, whose closing CRLF was cut by the end of a chunk. */
  tail(bytes: Buffer): void;
};

/**
 * Cuts a `text/event-stream` into blocks in one pass over chunks of any size (protocols-and-pricing.md T6): LF, CRLF and CR end lines,
 * also mixed and cut. What is still open is kept by reference.
 */
export class SseSplitter {
  readonly #sink: BlockSink;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #isLineEmpty = true;
  #isAfterCr = false;
  #isDropping = false;
  /** Next carriage return of the chunk at hand, -1 without one. */
  #nextCr = -1;

  constructor(sink: BlockSink) {
    this.#sink = sink;
  }

  /** Bytes of the open block so far. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** First byte of the open block, or -1. */
  get pendingFirst(): number {
    return this.#pending[0]?.[0] ?? -1;
  }

  /** Takes the next chunk and hands out the blocks it completes. */
  push(chunk: Buffer): void {
    const isLate = this.#isAfterCr && chunk[0] === LF;
    if (chunk.length > 0) this.#isAfterCr = false;
    let start = isLate && this.#isTailHanded(chunk) ? 1 : 0;
    let at = isLate ? 1 : 0;
    this.#nextCr = chunk.indexOf(CR, at);
    while (at < chunk.length) {
      const end = this.#nextLineEnd(chunk, at);
      const isBlank = end === at && this.#isLineEmpty;
      this.#isLineEmpty = end !== -1;
      at = end === -1 ? chunk.length : this.#behindLineEnd(chunk, end);
      if (!isBlank) continue;
      this.#close(chunk.subarray(start, at));
      start = at;
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start));
  }

  /** The last block when the stream ended without a blank line behind it. */
  end(): void {
    if (this.#pendingBytes > 0) this.#close(Buffer.alloc(0));
  }

  /** Gives up the open block: returns its bytes so far; the rest of it is handed to nobody. */
  dropPending(): Buffer {
    const bytes = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#isDropping = true;
    return bytes;
  }

  /** Hands out a line feed that completes the CRLF of a block already handed out. */
  #isTailHanded(chunk: Buffer): boolean {
    const isTail = this.#pendingBytes === 0 && !this.#isDropping;
    if (isTail) this.#sink.tail(chunk.subarray(0, 1));
    return isTail;
  }

  #nextLineEnd(chunk: Buffer, from: number): number {
    if (this.#nextCr !== -1 && this.#nextCr < from) this.#nextCr = chunk.indexOf(CR, from);
    return earlier(this.#nextCr, chunk[from] === LF ? from : chunk.indexOf(LF, from));
  }

  #behindLineEnd(chunk: Buffer, end: number): number {
    if (chunk[end] === LF) return end + 1;
    if (end + 1 < chunk.length) return chunk[end + 1] === LF ? end + 2 : end + 1;
    this.#isAfterCr = true;
    return end + 1;
  }

  #keep(bytes: Buffer): void {
    if (this.#isDropping) return;
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
  }

  #close(last: Buffer): void {
    if (this.#isDropping) {
      this.#isDropping = false;
      return;
    }
    const bytes = this.#pendingBytes === 0 ? last : Buffer.concat([...this.#pending, last]);
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#sink.block(bytes);
  }
}

/** The lesser of two positions, of which -1 is none. */
function earlier(one: number, other: number): number {
  if (one === -1) return other;
  return other === -1 ? one : Math.min(one, other);
}

/** The fields of a block that matter here. */
export type SseEvent = {
  /** Value of the last `event:` line; null without one. */
  readonly name: string | null;
  /** The `data:` lines joined by line feeds; null without one. */
  readonly data: Buffer | null;
  /** A comment line stands in the block. */
  readonly hasComment: boolean;
};

const DATA = Buffer.from("data");
const EVENT = Buffer.from("event");
const LINE_FEED = Buffer.from("\n");

/** Reads the lines of one block. */
export function readBlock(block: Buffer): SseEvent {
  const hasCr = block.includes(CR);
  const data: Buffer[] = [];
  let name: string | null = null;
  let hasComment = false;
  let at = block[0] === 0xef && block[1] === 0xbb && block[2] === 0xbf ? 3 : 0;
  while (at < block.length) {
    const end = lineEnd(block, at, hasCr);
    if (block[at] === COLON) hasComment = true;
    else if (isField(block, at, DATA)) data.push(fieldValue(block, at + DATA.length, end));
    else if (isField(block, at, EVENT)) name = fieldValue(block, at + EVENT.length, end).toString();
    at = end + 1;
  }
  return { name, data: joinLines(data), hasComment };
}

function joinLines(lines: readonly Buffer[]): Buffer | null {
  const [first, ...more] = lines;
  if (first === undefined || more.length === 0) return first ?? null;
  return Buffer.concat([first, ...more.flatMap((line) => [LINE_FEED, line])]);
}

function lineEnd(block: Buffer, from: number, hasCr: boolean): number {
  const lf = block.indexOf(LF, from);
  const end = lf === -1 ? block.length : lf;
  const cr = hasCr ? block.subarray(from, end).indexOf(CR) : -1;
  return cr === -1 ? end : from + cr;
}

function isField(block: Buffer, at: number, field: Buffer): boolean {
  for (let index = 0; index < field.length; index++) if (block[at + index] !== field[index]) return false;
  const next = block[at + field.length];
  return next === COLON || next === LF || next === CR || next === undefined;
}

/** The value behind a field's name: without the colon and one space. */
function fieldValue(block: Buffer, from: number, end: number): Buffer {
  if (from >= end) return block.subarray(end, end);
  return block.subarray(block[from + 1] === SPACE && from + 1 < end ? from + 2 : from + 1, end);
}
