const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
/** Blocks in a row that are unlike the one before them, after which no more are remembered: this stream does not repeat itself. */
const MAX_MISSES = 16;
/** The longest block that is remembered: a long one is copied for nothing. */
const MAX_BLOCK_BYTES = 4096;

/**
 * Knows the last event of a stream by the bytes around its one text. The events of an answer differ in their text alone, so nearly all of
 * them are told by two comparisons in place of reading them; see the row of streams in bench/RESULTS.md.
 */
export class RepeatedBlock {
  #before = Buffer.alloc(0);
  #behind = Buffer.alloc(0);
  #isKnown = false;
  #misses = 0;

  /** Bytes of the text of a block that is like the remembered one; 0 when it is another, has no text or one with an escape. */
  contentOf(block: Buffer): number {
    if (!this.#isKnown) return 0;
    const start = this.#before.length;
    const end = block.length - this.#behind.length;
    if (end <= start || !isPlain(block, start, end)) return 0;
    if (block.compare(this.#before, 0, start, 0, start) !== 0) return 0;
    if (block.compare(this.#behind, 0, this.#behind.length, end) !== 0) return 0;
    this.#misses = 0;
    return end - start;
  }

  /** Remembers a block whose one text lies in `[start, end)`, between its quotes. */
  learn(block: Buffer, start: number, end: number): void {
    if (this.#misses > MAX_MISSES || block.length > MAX_BLOCK_BYTES) return;
    this.#misses++;
    this.#isKnown = true;
    this.#before = Buffer.from(block.subarray(0, start));
    this.#behind = Buffer.from(block.subarray(end));
  }
}

/** True when the bytes are the inside of one JSON string without escapes. */
function isPlain(block: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = block[at] as number;
    if (byte === QUOTE || byte === BACKSLASH || byte < SPACE) return false;
  }
  return true;
}
