import type { ReplyReader } from "./protocol";
import type { ReplyFormat } from "./reply-reader";
import { JsonWatch } from "./watch-json";

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const NOTHING = Buffer.alloc(0);
/** Largest first event that is waited for (T3). */
const PEEK_BYTES = 65_536;
/** Longest line of any other field that is kept. */
const MAX_LINE_BYTES = 256;
const DATA = "data:";

/**
 * The reader of an event stream whose events may be of any size, such as images: nothing of an event is kept, its JSON is read as it passes.
 * Nothing is ever taken out. Line ends as in `SseSplitter` (protocols-and-pricing.md T6).
 */
export function eventReader(format: ReplyFormat): ReplyReader {
  return new EventReader(format);
}

class EventReader implements ReplyReader {
  readonly isStream = true;
  readonly #format: ReplyFormat;
  readonly #watch: JsonWatch;
  /** Start of the line at hand, until its field is known; null once its bytes are data, or of no use. */
  #line: string | null = "";
  #isData = false;
  #isLineEmpty = true;
  #isAfterCr = false;
  #name: string | null = null;
  #hasData = false;
  #eventContent = 0;
  #contentEvents = 0;
  #first: "none" | "content" | "error" = "none";
  #held: Uint8Array[] = [];
  #heldBytes = 0;

  constructor(format: ReplyFormat) {
    this.#format = format;
    this.#watch = new JsonWatch(format.plan, (slot, json) => format.value(slot, json));
  }

  push(chunk: Uint8Array): Uint8Array {
    this.#read(Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    if (this.#first !== "none" && this.#held.length === 0) return chunk;
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    if (this.#first === "none" && this.#heldBytes > PEEK_BYTES) this.#first = "content";
    return this.#first === "none" ? NOTHING : this.#takeHeld();
  }

  end(): Uint8Array {
    this.#endLine();
    if (this.#watch.isComplete) this.#endEvent(); // one that was cut in the middle ends nothing
    return this.#takeHeld();
  }

  seam(): undefined {}

  firstEvent(): "none" | "content" | "error" {
    return this.#first;
  }

  read() {
    return {
      usage: this.#format.usage(),
      isComplete: this.#format.isComplete(false),
      error: this.#format.error(),
      contentEvents: this.#contentEvents,
      contentBytes: this.#watch.contentBytes,
    };
  }

  unreadBytes(): number {
    return 0;
  }

  #takeHeld(): Uint8Array {
    const held = this.#held;
    this.#held = [];
    return held.length === 1 ? (held[0] ?? NOTHING) : Buffer.concat(held);
  }

  #read(bytes: Buffer): void {
    let at = this.#isAfterCr && bytes[0] === LF ? 1 : 0;
    if (bytes.length > 0) this.#isAfterCr = false;
    // Both are looked for behind the last one found, so that long lines are searched once.
    let lf = nextOf(bytes, LF, at);
    let cr = nextOf(bytes, CR, at);
    while (at < bytes.length) {
      if (lf < at) lf = nextOf(bytes, LF, at);
      if (cr < at) cr = nextOf(bytes, CR, at);
      const end = Math.min(lf, cr);
      if (end > at) this.#part(bytes.subarray(at, end));
      if (end === bytes.length) return;
      this.#endLine();
      at = end + 1;
      if (end === cr) at = this.#behindCr(bytes, at);
    }
  }

  #behindCr(bytes: Buffer, at: number): number {
    if (at === bytes.length) this.#isAfterCr = true;
    return bytes[at] === LF ? at + 1 : at;
  }

  /** A part of a line without its end. */
  #part(bytes: Buffer): void {
    this.#isLineEmpty = false;
    if (this.#isData) this.#watch.push(bytes);
    if (this.#line === null) return;
    const known = this.#line.length;
    this.#line += bytes.toString("latin1", 0, MAX_LINE_BYTES - known);
    const start = this.#line.startsWith("\u00ef\u00bb\u00bf") ? 3 : 0;
    const line = this.#line.slice(start);
    if (line.length < DATA.length) return;
    if (line.startsWith(DATA)) {
      this.#isData = true;
      this.#hasData = true;
      this.#line = null;
      // A byte that belongs to the field's name came with an earlier part, or lies at the start of this one.
      const from = start + DATA.length - known;
      if (from < bytes.length) this.#watch.push(bytes.subarray(Math.max(0, from)));
    } else if (this.#line.length >= MAX_LINE_BYTES) this.#line = null;
  }

  #endLine(): void {
    if (this.#isLineEmpty) this.#endEvent();
    else if (this.#line !== null) this.#field(this.#line);
    this.#line = "";
    this.#isData = false;
    this.#isLineEmpty = true;
  }

  #field(line: string): void {
    if (line.charCodeAt(0) === COLON && this.#first === "none") this.#first = "content";
    const [, name] = /^event:[ ]?(.*)$/s.exec(line) ?? [];
    if (name !== undefined) this.#name = name;
  }

  #endEvent(): void {
    if (this.#hasData) {
      if (this.#watch.contentBytes > this.#eventContent) this.#contentEvents++;
      this.#eventContent = this.#watch.contentBytes;
      this.#format.eventEnded(this.#name, NOTHING);
      if (this.#first === "none") this.#first = this.#format.error() === null ? "content" : "error";
      this.#watch.restart();
    }
    this.#name = null;
    this.#hasData = false;
  }
}

/** Position of a byte, or the length without one. */
function nextOf(bytes: Buffer, byte: number, from: number): number {
  const at = bytes.indexOf(byte, from);
  return at === -1 ? bytes.length : at;
}
