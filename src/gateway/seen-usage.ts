import { countTokens } from "@/core/prices/count-tokens";
import type { Usage } from "@/core/prices/price";
import type { ReplyReading } from "@/protocols/protocol";

/** What was seen of a reply: input as reported, else as estimated; output at least one token per content event and one per four bytes (T11), and the tools that were run. */
export function seenUsage(reading: ReplyReading, inputTokens: number): Usage {
  const counts = reading.usage?.counts ?? { input_text: inputTokens };
  const seen = Math.max(reading.contentEvents, Math.ceil(reading.contentBytes / 4));
  const missing = Math.max(0, seen - countTokens(counts).output);
  return {
    ...NO_USAGE,
    tools: reading.tools ?? NO_USAGE.tools,
    ...reading.usage,
    counts: missing > 0 ? { ...counts, output_text: (counts.output_text ?? 0) + missing } : counts,
    source: "estimated",
  };
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
