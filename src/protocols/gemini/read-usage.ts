import type { TokenClass, Usage } from "@/core/prices/price";
import { isJsonRecord, type JsonRecord, textAt } from "../parse-json";
import { UsageTally, usageOf } from "../usage-counts";
import { SEARCH_TOOL } from "./wire";

/** Modalities with a price of their own; text is the rest. */
const MODALITIES = ["audio", "image", "video"] as const;
type Modality = (typeof MODALITIES)[number];
type ByModality = Readonly<Record<Modality, number>>;

const MODALITY_NAMES: Readonly<Record<string, Modality>> = {
  AUDIO: "audio",
  IMAGE: "image",
  VIDEO: "video",
  DOCUMENT: "image",
};

/**
 * The normal form of a Gemini usage (protocols-and-pricing.md 6): the prompt includes what was read from the cache, but not what its tools put
 * in; candidates do not include thoughts.
 * @param usage merged `usageMetadata` of the reply
 * @param searches queries of web searches over the reply
 */
export function geminiUsage(usage: JsonRecord, searches: number): Usage {
  const tally = new UsageTally();
  countInput(tally, usage);
  const thoughts = tally.read(usage, "thoughtsTokenCount");
  const made = modalitiesOf(tally, usage, ["candidatesTokensDetails"]);
  const rest = takeModalities(tally, { family: "output", counts: made }, tally.read(usage, "candidatesTokenCount"));
  tally.add("output_text", rest + thoughts);
  return usageOf(tally, {
    tier: replyTier(textAt(usage, "trafficType"), textAt(usage, "serviceTier")),
    reasoning: thoughts,
    tools: searches > 0 ? { [SEARCH_TOOL]: searches } : {},
  });
}

function countInput(tally: UsageTally, usage: JsonRecord): void {
  const total = tally.read(usage, "promptTokenCount") + tally.read(usage, "toolUsePromptTokenCount");
  const cached = tally.read(usage, "cachedContentTokenCount");
  if (cached > total) tally.flags.add("usage_inconsistent");
  const read = Math.min(cached, total);
  const fromCache = modalitiesOf(tally, usage, ["cacheTokensDetails"]);
  tally.add("cache_read_text", takeModalities(tally, { family: "cache_read", counts: fromCache }, read));
  const given = modalitiesOf(tally, usage, PROMPT_DETAILS);
  // The details of the prompt include what came from the cache, as its total does.
  const fresh = {
    audio: Math.max(0, given.audio - fromCache.audio),
    image: Math.max(0, given.image - fromCache.image),
    video: Math.max(0, given.video - fromCache.video),
  };
  tally.add("input_text", takeModalities(tally, { family: "input", counts: fresh }, total - read));
}

/** Embeddings spell the first one without the `s`. */
const PROMPT_DETAILS = ["promptTokensDetails", "promptTokenDetails", "toolUsePromptTokensDetails"];

type Family = { readonly family: "input" | "cache_read" | "output"; readonly counts: ByModality };

/** Takes each modality out of a total; returns what is left for text. */
function takeModalities(tally: UsageTally, { family, counts }: Family, total: number): number {
  let rest = total;
  for (const modality of MODALITIES)
    rest = tally.take(`${family}_${modality}` satisfies TokenClass, counts[modality], rest);
  return rest;
}

/** Tokens of each modality in lists of `{ modality, tokenCount }`. */
function modalitiesOf(tally: UsageTally, usage: JsonRecord, keys: readonly string[]): ByModality {
  const counts = { audio: 0, image: 0, video: 0 };
  for (const entry of keys.flatMap((key) => usage[key])) {
    if (!isJsonRecord(entry)) continue;
    const modality = MODALITY_NAMES[textAt(entry, "modality") ?? ""];
    if (modality !== undefined) counts[modality] += tally.read(entry, "tokenCount");
  }
  return counts;
}

/** The price tier of a reply: by its `trafficType`, which Vertex tells, else by the `serviceTier` that the Gemini API tells in its place. */
function replyTier(trafficType: string | null, serviceTier: string | null): string {
  if (trafficType === "PROVISIONED_THROUGHPUT") return "provisioned";
  if (trafficType === null) return geminiTier(serviceTier);
  return geminiTier(/^ON_DEMAND_(.+)$/.exec(trafficType)?.[1] ?? null);
}

/** The price tier that a `serviceTier` means: `flex`, `SERVICE_TIER_PRIORITY`. */
export function geminiTier(serviceTier: string | null): string {
  const tier = (serviceTier ?? "").toLowerCase().replace(/^service_tier_/, "");
  return tier === "" || tier === "unspecified" ? "standard" : tier;
}
