import { openaiReplyError } from "../openai-error";
import { isJsonRecord, type JsonRecord, parseJson } from "../parse-json";
import type { ReplyReader } from "../protocol";
import { bodyReader, type ReplyError, type ReplyFormat, replyKind, streamReader } from "../reply-reader";
import { mergeUsage } from "../usage-counts";
import { watchPlan } from "../watch-plan";
import { chatUsage } from "./read-usage";

/** Reasoning is written before the answer by upstreams that show it, and is billed as output. */
const CONTENT_KEYS = ["content", "text", "arguments", "reasoning_content", "reasoning", "refusal"];
const STREAM_PLAN = watchPlan(
  ["usage", "choices.usage", "x_groq.usage", "service_tier", "choices.finish_reason", "choices.index", "error"],
  CONTENT_KEYS,
);
const BODY_PLAN = watchPlan(["usage", "choices.usage", "x_groq.usage", "service_tier"], CONTENT_KEYS);
const DONE = Buffer.from("[DONE]");
const DEFAULT_TIER = Buffer.from('"default"');
/** Some upstreams write an empty text in place of a finish reason that is null. */
const EMPTY_TEXT_BYTES = 2;

/** The reader of a chat reply. `strips`: the usage event was asked for by us alone. */
export function chatReader(contentType: string, strips: boolean): ReplyReader {
  const kind = replyKind(contentType);
  if (kind === "stream") return streamReader(new ChatFormat(STREAM_PLAN), strips);
  return bodyReader(new ChatFormat(BODY_PLAN), kind === "json");
}

class ChatFormat implements ReplyFormat {
  readonly plan: ReplyFormat["plan"];
  #usage: JsonRecord | null = null;
  #serviceTier: string | null = null;
  #tierJson: Buffer | null = null;
  #isDone = false;
  #hasEventUsage = false;
  #finished = 0;
  readonly #choices = new Set<number>();
  #error: ReplyError | null = null;
  /** This event, and the one before, told more than its choice and its tier, which every event repeats. */
  #isLasting = false;
  #wasLasting = false;

  constructor(plan: ReplyFormat["plan"]) {
    this.plan = plan;
  }

  value(slot: number, json: Buffer): void {
    this.#isLasting ||= slot !== 5 && slot !== 3;
    if (slot === 5) this.#choices.add(json.length === 1 ? (json[0] ?? 0) - 0x30 : Number(json.toString("latin1")));
    else if (slot === 4) this.#finished += Number(json.length > EMPTY_TEXT_BYTES);
    else if (slot === 3) this.#takeTier(json);
    else this.#parsed(slot, parseJson(json));
  }

  /** Every event repeats the tier, so it is decoded when it changes. */
  #takeTier(json: Buffer): void {
    if (this.#tierJson?.equals(json) === true) return;
    this.#tierJson = Buffer.from(json);
    const tier = json.equals(DEFAULT_TIER) ? "default" : parseJson(json);
    if (typeof tier === "string") this.#serviceTier = tier;
  }

  #parsed(slot: number, value: unknown): void {
    if (slot <= 2 && isJsonRecord(value)) {
      this.#usage = mergeUsage(this.#usage, value);
      this.#hasEventUsage ||= slot === 0;
    } else if (slot === 6 && value !== undefined && value !== false) {
      this.#error ??= openaiReplyError(value);
    }
  }

  eventEnded(_name: string | null, data: Buffer): void {
    this.#wasLasting = this.#isLasting;
    this.#isLasting = false;
    if (data.length < 16 && data.includes(DONE)) this.#isDone = true;
  }

  isRepeatable(): boolean {
    return !this.#wasLasting;
  }

  isUsageOnly(data: Buffer): boolean {
    if (!this.#hasEventUsage) return false;
    this.#hasEventUsage = false;
    const event = parseJson(data);
    return (
      isJsonRecord(event) && Array.isArray(event.choices) && event.choices.length === 0 && isJsonRecord(event.usage)
    );
  }

  usage() {
    return this.#usage === null ? null : chatUsage(this.#usage, this.#serviceTier);
  }

  isComplete(atEnd: boolean): boolean {
    if (this.#error !== null) return false;
    return this.#isDone || (atEnd && this.#finished > 0 && this.#finished >= this.#choices.size);
  }

  error(): ReplyError | null {
    return this.#error;
  }
}
