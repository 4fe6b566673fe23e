import { countTokens } from "@/core/prices/count-tokens";
import type { EstimateAsk } from "@/core/prices/estimate-call";
import { fitUsage } from "@/core/prices/fit-usage";
import type { Usage } from "@/core/prices/price";
import type { ReplyReading } from "@/protocols/protocol";

/** What was seen of a reply: input as reported, else as estimated; output at least one token per content event and one per four bytes (T11), and the tools that were run. */
export function seenUsage(reading: ReplyReading, inputTokens: number): Usage {
  const counts = reading.usage?.counts ?? { input_text: inputTokens };
  const missing = Math.max(0, seenTokens(reading) - countTokens(counts).output);
  return {
    ...NO_USAGE,
    tools: reading.tools ?? NO_USAGE.tools,
    ...reading.usage,
    counts: missing > 0 ? { ...counts, output_text: (counts.output_text ?? 0) + missing } : counts,
    source: "estimated",
  };
}

/**
 * What was seen of the reply to a call for images, speech or a transcription that was cut: text and audio that went up are charged in full, of
 * what came down the images that were begun, and the text that was read.
 */
export function seenUnits(reading: ReplyReading, estimate: EstimateAsk): Usage {
  const { units } = estimate.call;
  const { usage } = reading;
  if (usage !== null && countTokens(usage.counts).input > 0) return { ...usage, source: "estimated" };
  const images = usage?.images ?? 0;
  const given = { characters: units?.characters ?? 0, audioMs: units?.audioMs ?? 0 };
  const seen: Usage = { ...NO_USAGE, ...given, ...usage, images };
  const fitted = fitUsage(seen, estimate);
  if (fitted === seen || units?.output === "output_audio" || images > 0) return { ...fitted, source: "estimated" };
  const { output_image: _, ...counts } = fitted.counts;
  const isText = units?.output === "output_text";
  return { ...fitted, counts: isText ? { ...counts, output_text: seenTokens(reading) } : counts, source: "estimated" };
}

function seenTokens({ contentEvents, contentBytes }: ReplyReading): number {
  return Math.max(contentEvents, Math.ceil(contentBytes / 4));
}

const NO_USAGE: Usage = {
  counts: {},
  tools: {},
  images: 0,
  characters: 0,
  audioMs: 0,
  reasoning: 0,
  tier: "standard",
  source: "estimated",
  flags: [],
  parts: [],
};
