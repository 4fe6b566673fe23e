import type { Usage } from "@/core/prices/price";
import { openaiTier } from "../openai-tier";
import { type JsonRecord, recordAt } from "../parse-json";
import { UsageTally, usageOf } from "../usage-counts";

/** What a reply tells besides its usage object. */
export type RepliedWith = {
  /** `service_tier` of the reply; null when it named none. */
  readonly serviceTier: string | null;
  readonly tools: Readonly<Record<string, number>>;
};

/**
 * The normal form of a Responses usage (protocols-and-pricing.md 6): `input_tokens` includes cached, cache-written, audio and image tokens,
 * `output_tokens` includes reasoning.
 * @param usage merged usage object of the reply
 */
export function responsesUsage(usage: JsonRecord, { serviceTier, tools }: RepliedWith): Usage {
  const tally = new UsageTally();
  const detail = recordAt(usage, "input_tokens_details");
  const outputDetail = recordAt(usage, "output_tokens_details");
  const input = tally.read(usage, "input_tokens");
  let rest = tally.take("cache_read_text", cachedTokens(tally, usage, detail), input);
  rest = takeWritten(tally, detail, rest);
  rest = tally.take("input_audio", tally.read(detail, "audio_tokens"), rest);
  rest = tally.take("input_image", tally.read(detail, "image_tokens"), rest);
  tally.add("input_text", rest);

  const output = tally.read(usage, "output_tokens");
  const gap = tally.read(usage, "total_tokens") - input - output;
  if (gap > 0) tally.flags.add("total_gap");
  rest = tally.take("output_audio", tally.read(outputDetail, "audio_tokens"), output);
  rest = tally.take("output_image", tally.read(outputDetail, "image_tokens"), rest);
  tally.add("output_text", rest + Math.max(0, gap));
  const reasoning = tally.read(outputDetail, "reasoning_tokens");
  return usageOf(tally, { tier: openaiTier(serviceTier), reasoning, tools });
}

/** What was written to the cache: for 12 hours, and the rest of `cache_write_tokens`. Returns what is left of the input. */
function takeWritten(tally: UsageTally, detail: JsonRecord, input: number): number {
  const long = tally.read(recordAt(detail, "cache_write_tokens_details"), "ttl_12h_tokens");
  const written = tally.read(detail, "cache_write_tokens");
  if (long > written) tally.flags.add("usage_inconsistent");
  const cut = Math.min(long, written);
  return tally.take("cache_write", written - cut, tally.take("cache_write_long", cut, input));
}

function cachedTokens(tally: UsageTally, usage: JsonRecord, detail: JsonRecord): number {
  return typeof detail.cached_tokens === "number"
    ? tally.read(detail, "cached_tokens")
    : tally.read(usage, "cached_tokens");
}
