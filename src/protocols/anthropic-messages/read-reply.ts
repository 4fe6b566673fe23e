import { isJsonRecord, type JsonRecord, parseJson, textAt } from "../parse-json";
import type { ReplyReader, ReplyReading } from "../protocol";
import { bodyReader, type ReplyError, type ReplyFormat, replyKind, streamReader } from "../reply-reader";
import { mergeUsage } from "../usage-counts";
import { watchPlan } from "../watch-plan";
import { messagesUsage } from "./read-usage";

const CONTENT_KEYS = ["content", "text", "partial_json", "thinking"];
const STREAM_PLAN = watchPlan(
  ["usage", "message.usage", "type", "error", "delta.stop_reason", "message.model"],
  CONTENT_KEYS,
);
const BODY_PLAN = watchPlan(["usage", "model"], CONTENT_KEYS);
/** Where the plans have the model. */
const [IN_STREAM, IN_BODY] = [5, 1];

/** The reader of a Messages reply. */
export function messagesReader(contentType: string, inputIncludesCache: boolean): ReplyReader {
  const kind = replyKind(contentType);
  const asked = { inputIncludesCache };
  if (kind === "stream")
    return streamReader(new MessagesFormat(STREAM_PLAN, { ...asked, modelSlot: IN_STREAM }), false);
  return bodyReader(new MessagesFormat(BODY_PLAN, { ...asked, modelSlot: IN_BODY }), kind === "json");
}

type How = { readonly inputIncludesCache: boolean; readonly modelSlot: number };

class MessagesFormat implements ReplyFormat {
  readonly plan: ReplyFormat["plan"];
  readonly #how: How;
  #model: string | null = null;
  #usage: JsonRecord | null = null;
  #type = "";
  #isStopped = false;
  #hasStopReason = false;
  #error: ReplyError | null = null;
  /** This event, and the one before, told more than a piece of the answer. */
  #isLasting = false;
  #wasLasting = false;

  constructor(plan: ReplyFormat["plan"], how: How) {
    this.plan = plan;
    this.#how = how;
  }

  value(slot: number, json: Buffer): void {
    this.#isLasting ||= slot !== 2;
    if (slot === this.#how.modelSlot) this.#takeModel(parseJson(json));
    else if (slot === 2) this.#type = json.toString("latin1").trim();
    else if (slot === 4) this.#hasStopReason = true;
    else this.#parsed(slot, parseJson(json));
  }

  #takeModel(model: unknown): void {
    if (typeof model === "string") this.#model = model;
  }

  #parsed(slot: number, value: unknown): void {
    if (!isJsonRecord(value)) return;
    if (slot === 3) {
      this.#error ??= errorOf(value);
    } else {
      this.#usage = mergeUsage(this.#usage, value);
    }
  }

  eventEnded(name: string | null): void {
    const isError = this.#type === '"error"' || (this.#type === "" && name === "error");
    if (this.#type === '"message_stop"') this.#isStopped = true;
    if (isError) this.#error ??= { status: 500, type: "error" };
    this.#wasLasting = this.#isLasting || this.#type !== '"content_block_delta"';
    this.#isLasting = false;
    this.#type = "";
  }

  isRepeatable(): boolean {
    return !this.#wasLasting;
  }

  isUsageOnly(): boolean {
    return false;
  }

  usage() {
    return this.#usage === null ? null : messagesUsage(this.#usage, this.#how.inputIncludesCache);
  }

  rest(): Pick<ReplyReading, "model"> {
    return this.#model === null ? {} : { model: this.#model };
  }

  isComplete(atEnd: boolean): boolean {
    return this.#error === null && (this.#isStopped || (atEnd && this.#hasStopReason));
  }

  error(): ReplyError | null {
    return this.#error;
  }
}

/** The status that an in-stream error of this protocol stands for. */
function errorOf(error: JsonRecord): ReplyError {
  const type = textAt(error, "type") ?? "error";
  if (type === "overloaded_error") return { status: 529, type };
  return { status: type === "rate_limit_error" ? 429 : 500, type };
}
