import { isJsonRecord, type JsonRecord, parseJson, textAt } from "../parse-json";
import type { ReplyReader, ReplyReading } from "../protocol";
import {
  bodyReader,
  LARGE_EVENTS,
  type ReplyError,
  type ReplyFormat,
  replyKind,
  type StreamFraming,
  streamReader,
} from "../reply-reader";
import { mergeUsage } from "../usage-counts";
import { watchPlan } from "../watch-plan";
import { ArraySplitter } from "./array-splitter";
import { geminiUsage } from "./read-usage";
import { SearchCount } from "./search-count";
import { SEARCH_TOOL } from "./wire";

/** The names of T11: those that are texts in this format, and in the arguments of its function calls. */
const CONTENT_KEYS = ["content", "text", "delta", "partial_json", "thinking", "arguments"];
const USAGE = 0;
const QUERIES = 1;
const ERROR = 2;
const FINISH_REASON = 3;
const BLOCK_REASON = 4;
const BODY_PATHS = ["usageMetadata", "candidates.groundingMetadata.webSearchQueries"];
const BODY_PLAN = watchPlan(BODY_PATHS, CONTENT_KEYS);
const STREAM_PLAN = watchPlan(
  [
    ...BODY_PATHS,
    ...["error", "candidates.finishReason", "promptFeedback.blockReason"],
    ...["candidates.index", "candidates.content.role"],
  ],
  CONTENT_KEYS,
);

/** A stream that is one JSON array. */
const ELEMENTS: StreamFraming = {
  splitter: (sink) => new ArraySplitter(sink),
  readBlock: (block) => ({ name: null, data: block, hasComment: false }),
  maxBlockBytes: LARGE_EVENTS.maxBlockBytes,
};

/** The reader of a Gemini reply. `asksStream`: what comes as JSON may be one array that grows. */
export function geminiReader(contentType: string, asksStream: boolean): ReplyReader {
  const kind = replyKind(contentType);
  if (kind === "stream") return streamReader(new GeminiFormat(STREAM_PLAN), false, LARGE_EVENTS);
  if (kind === "json" && asksStream) return new GrowingReader();
  return bodyReader(new GeminiFormat(BODY_PLAN), kind === "json");
}

const OPEN_BRACKET = 0x5b;
const NOTHING = new Uint8Array(0);

/** The reader of JSON that was asked for as a stream: an array of elements, or one object as if it had not been. */
class GrowingReader implements ReplyReader {
  readonly isStream = true;
  #reader: ReplyReader | null = null;
  /** White space before the first byte that tells. */
  #blank: Uint8Array = NOTHING;

  push(chunk: Uint8Array): Uint8Array {
    if (this.#reader !== null) return this.#reader.push(chunk);
    const bytes = this.#blank.length === 0 ? chunk : Buffer.concat([this.#blank, chunk]);
    const first = bytes.find((byte) => byte > 0x20);
    if (first === undefined) {
      this.#blank = bytes;
      return NOTHING;
    }
    this.#blank = NOTHING;
    this.#reader =
      first === OPEN_BRACKET
        ? streamReader(new GeminiFormat(STREAM_PLAN), false, ELEMENTS)
        : bodyReader(new GeminiFormat(BODY_PLAN), true);
    return this.#reader.push(bytes);
  }

  end(): Uint8Array {
    return this.#reader?.end() ?? this.#blank;
  }

  firstEvent(): ReturnType<ReplyReader["firstEvent"]> {
    return this.#reader?.firstEvent() ?? "none";
  }

  read(): ReturnType<ReplyReader["read"]> {
    return this.#reader?.read() ?? NOTHING_READ;
  }

  unreadBytes(): number {
    return this.#reader?.unreadBytes() ?? 0;
  }

  /** One object is a whole by itself: nothing can follow it. */
  seam(): string | null {
    return this.#reader === null ? "[" : (this.#reader.seam() ?? null);
  }
}

const NOTHING_READ: ReturnType<ReplyReader["read"]> = {
  ...{ usage: null, isComplete: false, error: null, contentEvents: 0, contentBytes: 0 },
};

class GeminiFormat implements ReplyFormat {
  readonly plan: ReplyFormat["plan"];
  #usage: JsonRecord | null = null;
  readonly #searches = new SearchCount();
  #error: ReplyError | null = null;
  #isFinished = false;
  #isBlocked = false;
  /** What this element tells. */
  #hasCandidate = false;
  #hasFinish = false;
  /** This element, and the one before, told more than a piece of the answer and the usage so far. */
  #isLasting = false;
  #wasLasting = false;

  constructor(plan: ReplyFormat["plan"]) {
    this.plan = plan;
  }

  value(slot: number, json: Buffer): void {
    this.#isLasting ||= slot >= QUERIES && slot <= BLOCK_REASON;
    if (slot === USAGE) this.#takeUsage(parseJson(json));
    else if (slot === QUERIES) this.#searches.add(parseJson(json));
    else if (slot === ERROR) this.#takeError(parseJson(json));
    else if (slot === FINISH_REASON) this.#hasFinish = true;
    else if (slot === BLOCK_REASON) this.#isBlocked = true;
    else this.#hasCandidate = true;
  }

  #takeUsage(value: unknown): void {
    if (isJsonRecord(value)) this.#usage = mergeUsage(this.#usage, value);
  }

  #takeError(value: unknown): void {
    if (isJsonRecord(value)) this.#error ??= errorOf(value);
  }

  eventEnded(): void {
    // An element with the usage alone may follow the last candidate.
    if (this.#hasFinish || this.#hasCandidate) this.#isFinished = this.#hasFinish;
    this.#searches.next();
    this.#wasLasting = this.#isLasting;
    this.#isLasting = false;
    this.#hasFinish = false;
    this.#hasCandidate = false;
  }

  isRepeatable(): boolean {
    return !this.#wasLasting;
  }

  isUsageOnly(): boolean {
    return false;
  }

  usage() {
    const usage = this.#usage;
    const isCounted = typeof usage?.promptTokenCount === "number" || typeof usage?.candidatesTokenCount === "number";
    return usage === null || !isCounted ? null : geminiUsage(usage, this.#searches.total());
  }

  rest(): Pick<ReplyReading, "tools"> {
    const searches = this.#searches.total();
    return searches === 0 || this.usage() !== null ? {} : { tools: { [SEARCH_TOOL]: searches } };
  }

  /** Only the end tells which element was the last; one with the usage alone may follow the one that finishes. */
  isComplete(atEnd: boolean): boolean {
    return atEnd && this.#error === null && (this.#isFinished || this.#isBlocked);
  }

  error(): ReplyError | null {
    return this.#error;
  }
}

const OVERLOADED: ReadonlySet<unknown> = new Set([503, 529, "UNAVAILABLE"]);
const LIMITED: ReadonlySet<unknown> = new Set([429, "RESOURCE_EXHAUSTED"]);

/** The status that an in-stream error of this protocol stands for. */
function errorOf(error: JsonRecord): ReplyError {
  const type = textAt(error, "status") ?? "error";
  if (LIMITED.has(error.code) || LIMITED.has(type)) return { status: 429, type };
  return { status: OVERLOADED.has(error.code) || OVERLOADED.has(type) ? 529 : 500, type };
}
