import type { OperationName } from "@/core/vocabulary";
import { openaiReplyError } from "../openai-error";
import { isJsonRecord, type JsonRecord, parseJson } from "../parse-json";
import type { ReplyReader, ReplyReading } from "../protocol";
import { bodyReader, type ReplyError, type ReplyFormat, replyKind, streamReader } from "../reply-reader";
import { mergeUsage, UsageTally, usageOf } from "../usage-counts";
import { type WatchPlan, watchPlan } from "../watch-plan";
import { ItemTally, toolUnits } from "./count-items";
import { responsesUsage } from "./read-usage";

/** What is watched of a response, in the order of their slots: at the top of a body, below `response` in a stream. */
const RESPONSE_FIELDS = ["usage", "service_tier", "output", "id", "store", "error", "status", "object"] as const;
const [USAGE, TIER, OUTPUT, ID, STORE, ERROR, STATUS, OBJECT] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
const [TYPE, SEQUENCE, ITEM, EVENT_ERROR, EVENT_CODE] = [8, 9, 10, 11, 12] as const;

/** Events that end an item, and the response itself, repeat all that came in pieces: only the pieces are counted. */
const STREAM_PLAN = watchPlan(
  [...RESPONSE_FIELDS.map((field) => `response.${field}`), "type", "sequence_number", "item", "error", "code"],
  ["delta"],
);
const BODY_PLAN = watchPlan(RESPONSE_FIELDS, ["content", "text", "arguments"]);
/** The last event repeats the whole output, images included. */
const MAX_EVENT_BYTES = 32 * 1024 * 1024;

/** The reader of a Responses reply. What is told of a stored response is no outcome of this call, and its id is known. */
export function responsesReader(contentType: string, operation: OperationName): ReplyReader {
  const kind = replyKind(contentType);
  const isStored = operation === "response_object";
  if (kind === "stream") return streamReader(new StreamFormat(STREAM_PLAN, isStored), false);
  return bodyReader(new BodyFormat(BODY_PLAN, isStored), kind === "json");
}

/** What body and stream have in common: a response. */
abstract class ResponsesFormat implements ReplyFormat {
  readonly plan: WatchPlan;
  readonly maxEventBytes = MAX_EVENT_BYTES;
  protected readonly isStored: boolean;
  protected usageObject: JsonRecord | null = null;
  protected failure: ReplyError | null = null;
  protected responseError: Buffer | null = null;
  protected readonly doneItems = new ItemTally();
  protected sequence: Buffer | null = null;
  #output = new ItemTally();
  #serviceTier: string | null = null;
  #id: string | null = null;
  #isKept = true;
  #isOutputDropped = false;

  constructor(plan: WatchPlan, isStored: boolean) {
    this.plan = plan;
    this.isStored = isStored;
  }

  value(slot: number, json: Buffer): void {
    if (slot === OUTPUT) this.#takeOutput(json);
    else if (slot === ERROR) this.responseError = json;
    else this.#parsed(slot, parseJson(json));
  }

  #parsed(slot: number, value: unknown): void {
    if (slot === USAGE && isJsonRecord(value)) this.usageObject = mergeUsage(this.usageObject, value);
    else if (slot === TIER && typeof value === "string") this.#serviceTier = value;
    else if (slot === ID && typeof value === "string" && value !== "") this.#id = value;
    else if (slot === STORE) this.#isKept &&= value !== false;
    else if (slot === OBJECT) this.#isKept &&= value === "response";
    else if (slot === STATUS) this.status(value);
  }

  /** A later list stands for an earlier one as a whole (T7). */
  #takeOutput(json: Buffer): void {
    this.#output = new ItemTally();
    this.#output.take(json);
  }

  dropped(slot: number): void {
    this.#isOutputDropped ||= slot === OUTPUT;
  }

  protected status(_status: unknown): void {}

  usage() {
    if (this.usageObject === null) return null;
    const usage = responsesUsage(this.usageObject, { serviceTier: this.#serviceTier, tools: this.#tools() });
    return this.#isOutputDropped ? ({ ...usage, source: "estimated" } as const) : usage;
  }

  #tools(): Readonly<Record<string, number>> {
    return toolUnits(this.#output, this.doneItems);
  }

  rest(): Pick<ReplyReading, "responseId" | "sequenceNumber" | "tools"> {
    const number = this.sequence === null ? Number.NaN : Number(this.sequence.toString("latin1"));
    return {
      ...(this.#id === null || !this.#isKept || this.isStored ? {} : { responseId: this.#id }),
      ...(Number.isSafeInteger(number) ? { sequenceNumber: number } : {}),
      ...(this.usageObject === null ? { tools: this.#tools() } : {}),
    };
  }

  error(): ReplyError | null {
    return this.failure;
  }

  isUsageOnly(): boolean {
    return false;
  }

  abstract eventEnded(name: string | null): void;
  abstract isRepeatable(): boolean;
  abstract isComplete(): boolean;
}

/** A reply that is no stream: complete when it has come. */
class BodyFormat extends ResponsesFormat {
  #hasFailed = false;

  protected override status(status: unknown): void {
    this.#hasFailed = status === "failed" && !this.isStored;
  }

  /** A failure that was not counted costs nothing (T11). */
  override usage() {
    const told = super.usage();
    return told === null && this.#hasFailed ? usageOf(new UsageTally(), { tier: "standard" }) : told;
  }

  override error(): ReplyError | null {
    if (!this.#hasFailed) return null;
    return openaiReplyError(this.responseError === null ? null : parseJson(this.responseError));
  }

  eventEnded(): void {}

  isRepeatable(): boolean {
    return false;
  }

  isComplete(): boolean {
    return true;
  }
}

class StreamFormat extends ResponsesFormat {
  #type = "";
  #item: Buffer | null = null;
  #eventError: Buffer | null = null;
  #eventCode: Buffer | null = null;
  #isDone = false;
  /** This event, and the one before, told more than a piece of the answer. */
  #isLasting = false;
  #wasLasting = false;

  override value(slot: number, json: Buffer): void {
    if (slot === TYPE) this.#type = json.toString("latin1").trim().slice(1, -1);
    else if (slot === SEQUENCE) this.sequence = json;
    else {
      this.#isLasting = true;
      if (slot === ITEM) this.#item = json;
      else if (slot === EVENT_ERROR) this.#eventError = json;
      else if (slot === EVENT_CODE) this.#eventCode = json;
      else super.value(slot, json);
    }
  }

  eventEnded(name: string | null): void {
    const type = this.#type === "" ? (name ?? "") : this.#type;
    this.#wasLasting = this.#isLasting || !type.endsWith(".delta");
    this.#isLasting = false;
    if (this.#wasLasting) this.#read(type);
    this.#type = "";
    this.#item = null;
    this.#eventError = null;
    this.#eventCode = null;
    this.responseError = null;
  }

  #read(type: string): void {
    const isFailed = type === "response.failed";
    if (type === "response.completed" || type === "response.incomplete" || (isFailed && this.isStored))
      this.#isDone = true;
    else if (isFailed) this.#fail(this.responseError);
    else if (type === "error") this.#fail(this.#eventError);
    else if (type === "response.output_item.done" && this.#item !== null) this.doneItems.take(this.#item);
  }

  /** The event `error` has its fields at its top; some upstreams put them into an object. */
  #fail(error: Buffer | null): void {
    const top = this.#eventCode === null ? null : { code: parseJson(this.#eventCode) };
    this.failure ??= openaiReplyError(error === null ? top : parseJson(error));
  }

  isRepeatable(): boolean {
    return !this.#wasLasting;
  }

  isComplete(): boolean {
    return this.failure === null && this.#isDone;
  }
}
