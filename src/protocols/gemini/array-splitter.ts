import type { BlockSplitter } from "../reply-reader";
import type { BlockSink } from "../sse";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACE = 0x7d;
const CLOSE_BRACKET = 0x5d;

/**
 * Cuts a stream that is one JSON array into its elements, in one pass over chunks of any size. It trusts the text as far as brackets and
 * strings go; an element that is no object or array is passed over.
 */
export class ArraySplitter implements BlockSplitter {
  readonly #sink: BlockSink;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  /** Open containers of the element at hand; 0 between elements. */
  #depth = 0;
  #isOpen = false;
  #inString = false;
  #isEscaped = false;
  #isDropping = false;
  #seam: string | null = "[";

  constructor(sink: BlockSink) {
    this.#sink = sink;
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  get pendingFirst(): number {
    return this.#pending[0]?.[0] ?? -1;
  }

  seam(): string | null {
    return this.#depth > 0 || this.#inString ? null : this.#seam;
  }

  push(chunk: Buffer): void {
    let start = 0;
    let at = this.#inString ? this.#skipString(chunk, 0) : 0;
    for (; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      if (byte === QUOTE) at = this.#skipString(chunk, at + 1) - 1;
      else if (byte === COMMA) this.#separate();
      else if (opens(byte) && this.#opensElement()) start = at;
      else if (closes(byte) && this.#closesElement()) this.#close(chunk.subarray(start, at + 1));
    }
    if (this.#depth > 0) this.#keep(chunk.subarray(start));
  }

  /** An element whose end has not come is none. */
  end(): void {}

  dropPending(): Buffer {
    const bytes = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#isDropping = true;
    return bytes;
  }

  #separate(): void {
    if (this.#depth === 0) this.#seam = "";
  }

  /** Takes an opening byte: that of the array, of an element or of what is in one. */
  #opensElement(): boolean {
    if (this.#isOpen) return this.#depth++ === 0;
    this.#isOpen = true;
    this.#seam = "";
    return false;
  }

  #closesElement(): boolean {
    if (this.#depth > 0) return --this.#depth === 0;
    this.#seam = null;
    return false;
  }

  /** Reads on in a string; returns the position behind its closing quote, or the end of the chunk. */
  #skipString(chunk: Buffer, from: number): number {
    let at = this.#isEscaped ? from + 1 : from;
    while (at < chunk.length && chunk[at] !== QUOTE) at += chunk[at] === BACKSLASH ? 2 : 1;
    this.#inString = at >= chunk.length;
    this.#isEscaped = at > chunk.length;
    return at + 1;
  }

  #keep(bytes: Buffer): void {
    if (this.#isDropping) return;
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
  }

  #close(last: Buffer): void {
    this.#seam = ",";
    const bytes = this.#pendingBytes === 0 ? last : Buffer.concat([...this.#pending, last]);
    const isDropped = this.#isDropping;
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#isDropping = false;
    if (!isDropped) this.#sink.block(bytes);
  }
}

function opens(byte: number): boolean {
  return byte === OPEN_BRACE || byte === OPEN_BRACKET;
}

function closes(byte: number): boolean {
  return byte === CLOSE_BRACE || byte === CLOSE_BRACKET;
}
