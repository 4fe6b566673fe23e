import type { TokenClass, Usage } from "@/core/prices/price";
import { type JsonRecord, recordAt } from "../parse-json";
import { UsageTally, usageOf } from "../usage-counts";

/** Class of the output that no detail calls text. */
export type MediaOutput = Extract<TokenClass, "output_text" | "output_image" | "output_audio">;

/**
 * The normal form of the usage of an image, speech or transcription reply (protocols-and-pricing.md 6): tokens, or seconds of audio. Null
 * when it tells neither.
 */
export function mediaUsage(usage: JsonRecord, output: MediaOutput): Usage | null {
  const tally = new UsageTally();
  if (typeof usage.input_tokens === "number" || typeof usage.output_tokens === "number") {
    count(tally, usage, output);
    return usageOf(tally, { tier: "standard" });
  }
  const audioMs = audioMsOf(usage.seconds);
  return audioMs === null ? null : { ...usageOf(tally, { tier: "standard" }), audioMs };
}

function count(tally: UsageTally, usage: JsonRecord, output: MediaOutput): void {
  const details = { ...recordAt(usage, "input_token_details"), ...recordAt(usage, "input_tokens_details") };
  let rest = tally.take("cache_read_text", tally.read(details, "cached_tokens"), tally.read(usage, "input_tokens"));
  rest = tally.take("input_audio", tally.read(details, "audio_tokens"), rest);
  rest = tally.take("input_image", tally.read(details, "image_tokens"), rest);
  tally.add("input_text", rest);
  const said = { ...recordAt(usage, "output_token_details"), ...recordAt(usage, "output_tokens_details") };
  rest = tally.read(usage, "output_tokens");
  if (output !== "output_text") rest = tally.take("output_text", tally.read(said, "text_tokens"), rest);
  else rest = tally.take("output_audio", tally.read(said, "audio_tokens"), rest);
  tally.add(output, rest);
}

/** Seconds as whole ms, rounded up; null when it is no duration. Six digits behind a ms are noise of binary fractions. */
export function audioMsOf(seconds: unknown): number | null {
  const value = typeof seconds === "string" && seconds.trim() !== "" ? Number(seconds) : seconds;
  if (typeof value !== "number" || !Number.isFinite(value) || value < 0) return null;
  const ms = Math.ceil(Number((value * 1000).toFixed(6)));
  return Number.isSafeInteger(ms) ? ms : null;
}
