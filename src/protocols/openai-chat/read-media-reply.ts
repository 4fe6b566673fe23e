import type { CallUnits } from "@/core/prices/call-units";
import type { Usage } from "@/core/prices/price";
import { countElements } from "../count-elements";
import { eventReader } from "../event-reader";
import { openaiReplyError } from "../openai-error";
import { isJsonRecord, type JsonRecord, parseJson } from "../parse-json";
import type { ReplyReader } from "../protocol";
import { bodyReader, type ReplyError, type ReplyFormat, replyKind } from "../reply-reader";
import { mergeUsage, UsageTally, usageOf } from "../usage-counts";
import { watchPlan } from "../watch-plan";
import { audioMsOf, mediaUsage } from "./read-media-usage";

const PATHS = ["usage", "type", "error", "size", "quality", "duration"];
const [USAGE, TYPE, ERROR, SIZE, QUALITY, DURATION, ELEMENT] = [0, 1, 2, 3, 4, 5, 6] as const;
const PLAN = countElements(watchPlan(PATHS, ["delta", "text", "data"]), "data", ELEMENT);
/** Events that end a stream, or one image of it. */
const TERMINAL = /^(?:image_[a-z]+\.completed|transcript\.text\.done|speech\.audio\.done)$/;
const PARTIAL_IMAGE = /^image_[a-z]+\.partial_image$/;

/** A reply of an image, speech or transcription call. */
export type MediaReply = { readonly contentType: string; readonly status: number; readonly units: CallUnits };

/** The reader of such a reply: a stream, a JSON body, or text and sound that nothing is read from. */
export function mediaReader(reply: MediaReply): ReplyReader {
  const kind = replyKind(reply.contentType);
  if (kind === "stream") return eventReader(new MediaFormat(reply, true));
  return bodyReader(new MediaFormat(reply, false), kind === "json");
}

class MediaFormat implements ReplyFormat {
  readonly plan = PLAN;
  readonly #units: CallUnits;
  readonly #isStream: boolean;
  readonly #isFailed: boolean;
  #usage: JsonRecord | null = null;
  #type: string | null = null;
  #size: string | null = null;
  #quality: string | null = null;
  #durationMs: number | null = null;
  #images = 0;
  #isDrawing = false;
  #isDone = false;
  #error: ReplyError | null = null;

  constructor({ units, status }: MediaReply, isStream: boolean) {
    this.#units = units;
    this.#isStream = isStream;
    this.#isFailed = status >= 300;
  }

  value(slot: number, json: Buffer): void {
    if (slot === ELEMENT) {
      if (!this.#isStream) this.#images++;
      return;
    }
    const value = parseJson(json);
    if (slot === USAGE && isJsonRecord(value)) this.#usage = mergeUsage(this.#usage, value);
    else if (slot === ERROR && isJsonRecord(value) && this.#isStream) this.#error ??= openaiReplyError(value);
    else if (slot === DURATION) this.#durationMs = audioMsOf(value);
    else if (typeof value === "string") this.#text(slot, value);
  }

  #text(slot: number, text: string): void {
    if (slot === TYPE) this.#type = text;
    else if (slot === SIZE) this.#size = text;
    else if (slot === QUALITY) this.#quality = text;
  }

  eventEnded(name: string | null): void {
    const type = this.#type ?? name ?? "";
    this.#type = null;
    if (type === "error") this.#error ??= { status: 500, type };
    if (PARTIAL_IMAGE.test(type)) this.#isDrawing = true;
    if (!TERMINAL.test(type)) return;
    this.#isDone = true;
    this.#isDrawing = false;
    if (type.startsWith("image_")) this.#images++;
  }

  isRepeatable(): boolean {
    return false;
  }

  isUsageOnly(): boolean {
    return false;
  }

  usage(): Usage | null {
    const told = this.#usage === null ? null : mediaUsage(this.#usage, this.#units.output);
    if (told !== null || this.#isFailed) return told;
    return { ...usageOf(new UsageTally(), { tier: "standard" }), ...this.#counted() };
  }

  /** What the operation counts when the reply tells no usage: images that came, text that was spoken, audio as long as the reply or the file tells. */
  #counted(): Partial<Usage> {
    const { output, imageVariant, characters, audioMs } = this.#units;
    if (output === "output_image") {
      const variant = { size: this.#size ?? imageVariant.size, quality: this.#quality ?? imageVariant.quality };
      return { images: this.#images + Number(this.#isDrawing), imageVariant: variant };
    }
    if (output === "output_audio") return { characters };
    return this.#durationMs === null ? { audioMs, source: "estimated" } : { audioMs: this.#durationMs };
  }

  isComplete(): boolean {
    return this.#error === null && this.#isDone;
  }

  error(): ReplyError | null {
    return this.#error;
  }
}
