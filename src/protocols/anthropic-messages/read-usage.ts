import type { Usage, UsagePart } from "@/core/prices/price";
import { isJsonRecord, type JsonRecord, recordAt, textAt } from "../parse-json";
import { UsageTally, usageOf } from "../usage-counts";
import { COUNTED_TOOL } from "./wire";

/**
 * The normal form of a Messages usage (protocols-and-pricing.md 6): `input_tokens` excludes what was read from and written to the cache,
 * unless the channel counts as OpenAI does.
 * @param usage merged usage object of the reply
 */
export function messagesUsage(usage: JsonRecord, inputIncludesCache: boolean): Usage {
  const tally = new UsageTally();
  count(tally, usage, inputIncludesCache);
  const searches = tally.read(recordAt(usage, "server_tool_use"), "web_search_requests");
  return usageOf(tally, {
    tier: usage.speed === "fast" ? "fast" : messagesTier(textAt(usage, "service_tier")),
    tools: searches > 0 ? { [COUNTED_TOOL.name]: searches } : {},
    parts: Array.isArray(usage.iterations) ? usage.iterations.flatMap((part) => partOf(part, inputIncludesCache)) : [],
  });
}

function count(tally: UsageTally, usage: JsonRecord, inputIncludesCache: boolean): void {
  const written = recordAt(usage, "cache_creation");
  const long = tally.read(written, "ephemeral_1h_input_tokens");
  const short = tally.read(written, "ephemeral_5m_input_tokens");
  const unnamed = Math.max(0, tally.read(usage, "cache_creation_input_tokens") - long - short);
  const read = tally.read(usage, "cache_read_input_tokens");
  const input = tally.read(usage, "input_tokens");
  if (inputIncludesCache) {
    let rest = tally.take("cache_read_text", read, input);
    rest = tally.take("cache_write_long", long, rest);
    rest = tally.take("cache_write", short + unnamed, rest);
    tally.add("input_text", rest);
  } else {
    tally.add("input_text", input);
    tally.add("cache_read_text", read);
    tally.add("cache_write", short + unnamed);
    tally.add("cache_write_long", long);
  }
  tally.add("output_text", tally.read(usage, "output_tokens"));
}

/** Work that the top level leaves out: a compaction on the request's model, an adviser on its own; other iterations are informative. */
function partOf(part: unknown, inputIncludesCache: boolean): UsagePart[] {
  if (!isJsonRecord(part)) return [];
  const isOwn = part.type === "advisor_message";
  if (!isOwn && part.type !== "compaction") return [];
  const tally = new UsageTally();
  count(tally, part, inputIncludesCache);
  return [{ model: isOwn ? textAt(part, "model") : null, counts: tally.counts }];
}

/** The price tier that a `service_tier` of a request or a reply means. */
export function messagesTier(serviceTier: string | null): string {
  const isStandard =
    serviceTier === null || serviceTier === "" || serviceTier === "auto" || serviceTier === "standard_only";
  return isStandard ? "standard" : serviceTier;
}
