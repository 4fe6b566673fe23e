import type { Usage } from "@/core/prices/price";
import { openaiTier } from "../openai-tier";
import { type JsonRecord, recordAt } from "../parse-json";
import { UsageTally, usageOf } from "../usage-counts";

/**
 * The normal form of a chat usage (protocols-and-pricing.md 6): `prompt_tokens` includes cached, cache-written, audio and image tokens,
 * `completion_tokens` includes reasoning and audio.
 * @param usage merged usage object of the reply
 * @param serviceTier `service_tier` of the reply, null when it named none
 */
export function chatUsage(usage: JsonRecord, serviceTier: string | null): Usage {
  const tally = new UsageTally();
  const prompt = recordAt(usage, "prompt_tokens_details");
  const completion = recordAt(usage, "completion_tokens_details");
  const input = tally.read(usage, "prompt_tokens");
  let rest = tally.take("cache_read_text", cachedTokens(tally, usage, prompt), input);
  rest = tally.take(
    "cache_write",
    tally.read(prompt, "cache_write_tokens") || tally.read(usage, "cache_write_tokens"),
    rest,
  );
  rest = tally.take("input_audio", tally.read(prompt, "audio_tokens"), rest);
  rest = tally.take("input_image", tally.read(prompt, "image_tokens"), rest);
  tally.add("input_text", rest);

  const output = tally.read(usage, "completion_tokens");
  const gap = tally.read(usage, "total_tokens") - input - output;
  if (gap > 0) tally.flags.add("total_gap");
  rest = tally.take("output_audio", tally.read(completion, "audio_tokens"), output);
  rest = tally.take("output_image", tally.read(completion, "image_tokens"), rest);
  tally.add("output_text", rest + Math.max(0, gap));
  return usageOf(tally, { tier: openaiTier(serviceTier), reasoning: tally.read(completion, "reasoning_tokens") });
}

function cachedTokens(tally: UsageTally, usage: JsonRecord, prompt: JsonRecord): number {
  if (typeof prompt.cached_tokens === "number") return tally.read(prompt, "cached_tokens");
  return typeof usage.prompt_cache_hit_tokens === "number"
    ? tally.read(usage, "prompt_cache_hit_tokens")
    : tally.read(usage, "cached_tokens");
}
