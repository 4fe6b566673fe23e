/** A field in both spellings that Gemini's parsers take: as JSON names it, and as the schema does. */
export type Spellings = readonly [camel: string, snake: string];

export const GENERATION_CONFIG: Spellings = ["generationConfig", "generation_config"];
export const MAX_OUTPUT_TOKENS: Spellings = ["maxOutputTokens", "max_output_tokens"];
export const CANDIDATE_COUNT: Spellings = ["candidateCount", "candidate_count"];
export const SERVICE_TIER: Spellings = ["serviceTier", "service_tier"];
/** The member of `:countTokens` that holds a whole call, its model too. */
export const COUNTED_REQUEST: Spellings = ["generateContentRequest", "generate_content_request"];

/** Fields of a `:generateContent` body that Sluice reads; every spelling of them is guarded (protocols-and-pricing.md 4.2). */
export const GENERATE_FIELDS = ["model", "tools", ...GENERATION_CONFIG, ...SERVICE_TIER] as const;
/** Of `:embedContent` and `:batchEmbedContents`, whose `requests` name the model each. */
export const EMBED_FIELDS = ["model", "requests"] as const;
/** Of `:countTokens`. */
export const COUNT_FIELDS = ["model", ...COUNTED_REQUEST] as const;
/** Of `generationConfig`. */
export const CONFIG_FIELDS = [...MAX_OUTPUT_TOKENS, ...CANDIDATE_COUNT] as const;

/** The tool that the vendor runs and counts, and the members by which a declaration asks for it. */
export const SEARCH_TOOL = "google_search";
export const SEARCH_FIELDS = [
  ...["googleSearch", "google_search"],
  ...["googleSearchRetrieval", "google_search_retrieval"],
] as const;

/** Query names that pass to the upstream, and what they may say. */
export const ALT = "alt";
export const ALT_VALUES: ReadonlySet<string> = new Set(["sse", "json"]);

/** What stands before the id in the full name of a model. */
export const MODELS_PREFIX = "models/";

/** The id in a model's name: without `models/`. */
export function modelId(name: string): string {
  return name.startsWith(MODELS_PREFIX) ? name.slice(MODELS_PREFIX.length) : name;
}
