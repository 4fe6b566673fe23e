/** Token classes and other counted things of one reply: disjoint, non-negative safe integers (protocols-and-pricing.md 6). */
export const TOKEN_CLASSES = [
  "input_text",
  "input_audio",
  "input_image",
  "input_video",
  "cache_read_text",
  "cache_read_audio",
  "cache_read_image",
  "cache_read_video",
  "cache_write",
  "cache_write_long",
  "output_text",
  "output_audio",
  "output_image",
  "output_video",
] as const;
export type TokenClass = (typeof TOKEN_CLASSES)[number];

/** A further part of a reply's usage with its own model and context tier (Anthropic iterations). */
export type UsagePart = {
  readonly model: string | null;
  readonly counts: Readonly<Partial<Record<TokenClass, number>>>;
};

/** Which price of an image is meant; a part is null when neither the request nor the reply names it. */
export type ImageVariant = { readonly size: string | null; readonly quality: string | null };

/** What an upstream counted, in normal form. Absent classes are 0. */
export type Usage = {
  readonly counts: Readonly<Partial<Record<TokenClass, number>>>;
  /** Units per tool: `web_search` 2. */
  readonly tools: Readonly<Record<string, number>>;
  readonly images: number;
  /** Which images they are; absent: nothing tells. */
  readonly imageVariant?: ImageVariant;
  readonly characters: number;
  readonly audioMs: number;
  /** Information only, already inside the output. */
  readonly reasoning: number;
  /** Service tier of the reply, `standard` when it names none. */
  readonly tier: string;
  readonly source: "upstream" | "estimated";
  /** `usage_inconsistent`, `total_gap`. */
  readonly flags: readonly string[];
  readonly parts: readonly UsagePart[];
};

/** A price row (protocols-and-pricing.md 7.1). Unit prices are integer pico-USD. Rows are never edited. */
export type PriceRow = {
  readonly id: number;
  readonly model: string;
  readonly channelId: number | null;
  readonly provider: string | null;
  readonly source: "admin" | "catalogue";
  /** Epoch ms. */
  readonly effectiveFrom: number;
  readonly serviceTier: string;
  readonly minInputTokens: number;
  /** Seconds of the UTC day, end exclusive, may wrap; both or neither. */
  readonly dailyUtcFrom: number | null;
  readonly dailyUtcTo: number | null;
  /** Component name -> pico-USD per unit. */
  readonly components: Readonly<Record<string, bigint>>;
  /** The model whose price is meant; then components are empty. */
  readonly priceAs: string | null;
  /** Rows of that model on the same channel, level by level; a price book tells them. */
  readonly target?: readonly PriceRow[];
};
