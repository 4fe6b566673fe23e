import type { Usage } from "@/core/prices/price";
import type { ReplyReader, ReplyReading } from "./protocol";
import { RepeatedBlock } from "./repeated-block";
import { type BlockSink, readBlock, type SseEvent, SseSplitter } from "./sse";
import { JsonWatch } from "./watch-json";
import type { WatchPlan } from "./watch-plan";

/** An error inside a reply, as the status it stands for. */
export type ReplyError = { readonly status: number; readonly type: string };

/** What a protocol makes of the replies of one call. One object per reply; it keeps what it was told. */
export type ReplyFormat = {
  readonly plan: WatchPlan;
  /** A watched value that is not null. */
  value(slot: number, json: Buffer): void;
  /** Streams: the data of an event were read. `name` is its `event:` line. Answers true when the event ends the stream. */
  eventEnded(name: string | null, data: Buffer): void;
  /** Streams, after `eventEnded`: a repetition of the event, with any other content, would change nothing that is known. */
  isRepeatable(): boolean;
  /** Streams, after `eventEnded`: the event carries nothing but the usage that only we asked for (T8). */
  isUsageOnly(data: Buffer): boolean;
  usage(): Usage | null;
  /** What else was learnt. */
  rest?(): Pick<ReplyReading, "responseId" | "sequenceNumber" | "tools" | "model">;
  /** A watched value was too large to be kept (T15). */
  dropped?(slot: number): void;
  /** Streams: the largest event that is read, bytes; 1 MiB unless given. */
  readonly maxEventBytes?: number;
  /** The terminal event was seen; at the end of the upstream's body also what stands for it (T9). */
  isComplete(atEnd: boolean): boolean;
  error(): ReplyError | null;
};

/** Cuts a stream into blocks, each with one event. */
export type BlockSplitter = {
  /** Bytes of the open block so far, and the first of them; -1: none is open. */
  readonly pendingBytes: number;
  readonly pendingFirst: number;
  push(chunk: Buffer): void;
  end(): void;
  /** Gives up the open block: returns its bytes so far; the rest of it is handed to nobody. */
  dropPending(): Buffer;
  /** Arrays only: what must stand between the bytes so far and a further block; null: there is no place for one. */
  seam?(): string | null;
};

/** How a stream is framed. */
export type StreamFraming = {
  splitter(sink: BlockSink): BlockSplitter;
  readBlock(block: Buffer): SseEvent;
  /** A block above this is not read. */
  readonly maxBlockBytes: number;
};

const NOTHING = Buffer.alloc(0);
/** Largest first event that is waited for (T3). */
const PEEK_BYTES = 65_536;
/** A held event above this ends the filtering (T2), and one above this is not read. */
const MAX_BLOCK_BYTES = 1024 * 1024;

/** A `text/event-stream`. */
const EVENTS: StreamFraming = {
  splitter: (sink) => new SseSplitter(sink),
  readBlock,
  maxBlockBytes: MAX_BLOCK_BYTES,
};

/** A `text/event-stream` whose events may hold whole files: above the size, too, that ends a filtering. */
export const LARGE_EVENTS: StreamFraming = { ...EVENTS, maxBlockBytes: 32 * MAX_BLOCK_BYTES };

function asBuffer(chunk: Uint8Array): Buffer {
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

/** The reader of a stream. `strips`: usage-only events are taken out, so the relay goes event by event. */
export function streamReader(format: ReplyFormat, strips: boolean, framing = EVENTS): ReplyReader {
  return new StreamReader(format, strips, framing);
}

class StreamReader implements ReplyReader {
  readonly #format: ReplyFormat;
  readonly #watch: JsonWatch;
  readonly isStream = true;
  readonly #framing: StreamFraming;
  readonly #splitter: BlockSplitter;
  #strips: boolean;
  #isStripped = false;
  #ready: Buffer[] = [];
  #first: "none" | "content" | "error" = "none";
  #peeked: Uint8Array[] = [];
  #peekedBytes = 0;
  #contentEvents = 0;
  #isEnded = false;
  readonly #repeats = new RepeatedBlock();
  readonly #maxBlockBytes: number;

  constructor(format: ReplyFormat, strips: boolean, framing: StreamFraming) {
    this.#format = format;
    this.#strips = strips;
    this.#framing = framing;
    this.#splitter = framing.splitter({ block: (bytes) => this.#block(bytes), tail: (bytes) => this.#tail(bytes) });
    this.#maxBlockBytes = format.maxEventBytes ?? framing.maxBlockBytes;
    this.#watch = new JsonWatch(format.plan, (slot, json) => format.value(slot, json));
  }

  push(chunk: Uint8Array): Uint8Array {
    const bytes = asBuffer(chunk);
    const wasOpen = this.#splitter.pendingBytes > 0;
    const strips = this.#strips;
    this.#splitter.push(bytes);
    if (this.#splitter.pendingBytes > this.#maxBlockBytes) this.#giveUpBlock();
    const ready = strips ? this.#takeReady(wasOpen ? null : chunk) : chunk;
    return this.#first === "none" || this.#peeked.length > 0 ? this.#peek(ready) : ready;
  }

  end(): Uint8Array {
    this.#isEnded = true;
    const strips = this.#strips;
    this.#splitter.end();
    const ready = strips ? this.#takeReady(null) : NOTHING;
    const held = this.#peeked;
    this.#peeked = [];
    return held.length === 0 ? ready : Buffer.concat([...held, ready]);
  }

  firstEvent(): "none" | "content" | "error" {
    return this.#first;
  }

  read(): ReplyReading {
    return {
      usage: this.#format.usage(),
      isComplete: this.#format.isComplete(this.#isEnded),
      error: this.#format.error(),
      contentEvents: this.#contentEvents,
      contentBytes: this.#watch.contentBytes,
      ...this.#format.rest?.(),
    };
  }

  seam(): string | null | undefined {
    return this.#splitter.seam?.();
  }

  isOver(): boolean {
    return this.#format.isComplete(this.#isEnded);
  }

  unreadBytes(): number {
    return this.#strips ? 0 : this.#splitter.pendingBytes;
  }

  #block(bytes: Buffer): void {
    const repeated = this.#repeats.contentOf(bytes);
    if (repeated > 0) {
      this.#watch.contentBytes += repeated;
      this.#contentEvents++;
      this.#isStripped = false;
      if (this.#strips) this.#ready.push(bytes);
      return;
    }
    const event = this.#framing.readBlock(bytes);
    if (event.data !== null) this.#event(event.name, event.data);
    else if (event.hasComment && this.#first === "none") this.#first = "content";
    if (event.data !== null) this.#learn(bytes, event.data);
    this.#isStripped = this.#strips && event.data !== null && this.#format.isUsageOnly(event.data);
    if (this.#strips && !this.#isStripped) this.#ready.push(bytes);
  }

  /** Remembers an event of one plain text, so that its like are told by comparing bytes. */
  #learn(block: Buffer, data: Buffer): void {
    const { contentStrings, contentStart, contentEnd } = this.#watch;
    if (contentStrings !== 1 || !this.#format.isRepeatable()) return;
    const from = data.byteOffset - block.byteOffset;
    // The data of several lines were joined elsewhere, perhaps in the same pool.
    if (data.buffer !== block.buffer || from < 0 || from + data.length > block.length) return;
    this.#repeats.learn(block, from + contentStart, from + contentEnd);
  }

  #tail(bytes: Buffer): void {
    if (this.#strips && !this.#isStripped) this.#ready.push(bytes);
  }

  #event(name: string | null, data: Buffer): void {
    const before = this.#watch.contentBytes;
    this.#watch.restart();
    this.#watch.push(data);
    if (this.#watch.contentBytes > before) this.#contentEvents++;
    this.#format.eventEnded(name, data);
    if (this.#first === "none") this.#first = this.#format.error() === null ? "content" : "error";
  }

  /** A block too large to hold: what there is goes out unread, and nothing is stripped from here on. */
  #giveUpBlock(): void {
    const bytes = this.#splitter.dropPending();
    if (this.#strips) this.#ready.push(bytes);
    this.#strips = false;
  }

  /** The blocks that are ready; the chunk itself when they are just its bytes. */
  #takeReady(chunk: Uint8Array | null): Uint8Array {
    const ready = this.#ready;
    this.#ready = [];
    const first = ready[0];
    if (first === undefined) return NOTHING;
    const isWhole = chunk !== null && ready.reduce((sum, part) => sum + part.length, 0) === chunk.length;
    if (isWhole) return chunk;
    return ready.length === 1 ? first : Buffer.concat(ready);
  }

  /** Keeps bytes back until the first event is known, is too large, or a comment shows that the stream has begun (T3). */
  #peek(ready: Uint8Array): Uint8Array {
    if (ready.length > 0) this.#peeked.push(ready);
    this.#peekedBytes += ready.length;
    const isComment = this.#splitter.pendingFirst === 0x3a;
    if (this.#first === "none" && (isComment || this.#peekedBytes + this.#heldBytes() > PEEK_BYTES))
      this.#first = "content";
    if (this.#first === "none") return NOTHING;
    const held = this.#peeked;
    this.#peeked = [];
    return held.length === 1 ? (held[0] ?? NOTHING) : Buffer.concat(held);
  }

  #heldBytes(): number {
    return this.#strips ? this.#splitter.pendingBytes : 0;
  }
}

/** The reader of a reply that is no stream: relayed as it is, top-level usage kept (T15). */
export function bodyReader(format: ReplyFormat, isJson: boolean): ReplyReader {
  const watch = new JsonWatch(
    format.plan,
    (slot, json) => format.value(slot, json),
    (slot) => format.dropped?.(slot),
  );
  let isEnded = false;
  return {
    isStream: false,
    seam: () => undefined,
    push(chunk) {
      if (isJson) watch.push(asBuffer(chunk));
      return chunk;
    },
    end() {
      isEnded = true;
      return NOTHING;
    },
    firstEvent: () => "content",
    read: () => ({
      usage: format.usage(),
      isComplete: isJson ? watch.isComplete : isEnded,
      error: format.error(),
      contentEvents: 0,
      contentBytes: watch.contentBytes,
      ...format.rest?.(),
    }),
    isOver: () => isJson && watch.isComplete,
    unreadBytes: () => 0,
  };
}

/** Whether a reply is read as a stream, as JSON or not at all: by its content type, not by the request (T1). */
export function replyKind(contentType: string): "stream" | "json" | "other" {
  const type = contentType.trim().toLowerCase();
  if (type.startsWith("text/event-stream")) return "stream";
  return type === "" || /^[a-z]+\/(?:[^;]*\+)?json\b/.test(type) ? "json" : "other";
}
