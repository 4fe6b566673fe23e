/** The closed unions that every layer shares. Names: README of the design, "canonical names". Browser-safe. */

export const PROTOCOL_IDS = ["openai-chat", "openai-responses", "anthropic-messages", "gemini"] as const;
/** A wire format. */
export type ProtocolId = (typeof PROTOCOL_IDS)[number];

export const OPERATION_NAMES = [
  ...(["chat", "completion", "embedding", "moderation", "image", "speech", "transcription"] as const),
  ...(["response", "response_compact", "response_object", "message", "generate", "count_tokens"] as const),
  ...(["models", "usage"] as const),
] as const;
/** What a `/v1` call asks for (protocols-and-pricing.md 1.2). */
export type OperationName = (typeof OPERATION_NAMES)[number];

/** The operations of a channel by its protocols (protocols-and-pricing.md 1.2). */
export const PROTOCOL_OPERATIONS: Readonly<Record<ProtocolId, readonly OperationName[]>> = {
  "openai-chat": ["chat", "completion", "embedding", "moderation", "image", "speech", "transcription", "models"],
  "openai-responses": ["response", "response_compact", "response_object", "count_tokens", "models"],
  "anthropic-messages": ["message", "count_tokens", "models"],
  gemini: ["generate", "embedding", "count_tokens", "models"],
};

/** Ids of the providers in `@pydantic/genai-prices` 0.1.8, which lists none itself; in its order, the first match wins. */
export const PROVIDER_IDS: readonly string[] = [
  ...["anthropic", "arcee", "avian", "aws", "azure", "baseten", "cerebras", "cloudflare", "cohere", "cursor"],
  ...["deepseek", "doubleword", "fireworks", "github-copilot", "google", "groq", "huggingface_cerebras"],
  ...["huggingface_fireworks-ai", "huggingface_groq", "huggingface_hyperbolic", "huggingface_nebius"],
  ...["huggingface_novita", "huggingface_nscale", "huggingface_ovhcloud", "huggingface_publicai"],
  ...["huggingface_sambanova", "huggingface_together", "minimax", "mistral", "modal", "moonshotai", "novita", "openai"],
  ...["openrouter", "ovhcloud", "perplexity", "quicksilverpro", "together", "typesafe", "voyageai", "x-ai", "zai"],
  ...["zhipuai"],
];

export const ROLES = ["admin", "user"] as const;
/** The role of a user's dashboard account. */
export type Role = (typeof ROLES)[number];

export const ACTOR_KINDS = ["account", "token", "key", "file", "setup", "system", "anonymous"] as const;
/** What stands behind a call of an operation. */
export type ActorKind = (typeof ACTOR_KINDS)[number];

export const ACTOR_WAYS = ["page", "api", "file", "setup", "system"] as const;
/** By which way it came: a page's server action, REST, a provisioning file, the setup wizard, the process itself. */
export type ActorWay = (typeof ACTOR_WAYS)[number];

export const PROVISIONING_GAPS = ["credential_missing", "secret_unknown"] as const;
/** What a provisioning file left open that somebody has to complete. */
export type ProvisioningGap = (typeof PROVISIONING_GAPS)[number];

export const OUTCOMES = ["ok", "upstream_error", "client_aborted", "interrupted"] as const;
/** How an admitted request, or one attempt of it, ended (protocols-and-pricing.md T10). */
export type Outcome = (typeof OUTCOMES)[number];

export const REQUEST_OUTCOMES = [...OUTCOMES, "denied"] as const;
/** How a listed request ended; `denied` was never admitted. */
export type RequestOutcome = (typeof REQUEST_OUTCOMES)[number];

export const COST_SOURCES = ["upstream", "estimated", "ceiling", "none", "correction"] as const;
/** Where the numbers of a ledger entry come from (quota.md section 6). */
export type CostSource = (typeof COST_SOURCES)[number];

export const ON_DISCONNECT = ["drain", "abort"] as const;
/** What happens to the upstream call when the client leaves (protocols-and-pricing.md T13). */
export type OnDisconnect = (typeof ON_DISCONNECT)[number];

export const LIMITER_MODES = ["off", "observe", "reject", "queue"] as const;
/** What a channel does with requests above its capacity (channels-and-rates.md 2.1). */
export type LimiterMode = (typeof LIMITER_MODES)[number];

export const LIVE_STATES = [
  ...(["off", "stale", "tripped", "cooling", "over", "full", "queueing", "saturated", "busy", "idle"] as const),
] as const;
/** What a channel is doing; the first that is true (channels-and-rates.md V4). */
export type LiveState = (typeof LIVE_STATES)[number];

/** How a channel is, in the order in which the first that is true counts (channels-and-rates.md C14). */
export const HEALTH_WORDS = [
  "off",
  "auth_failed",
  "tripped",
  "cooling",
  "probing",
  "degraded",
  "unknown",
  "ok",
] as const;
/** See the list. */
export type HealthWord = (typeof HEALTH_WORDS)[number];

export const OVERFLOWS = ["spill", "group", "stay"] as const;
/** Where a request goes whose best channel is at capacity (channels-and-rates.md C16). */
export type Overflow = (typeof OVERFLOWS)[number];

/** What a request meets whose channels are all out by their breakers alone (channels-and-rates.md C13). */
export const BREAKER_LAST_CHANNEL = ["pass", "block"] as const;

export const USAGE_IN_STREAM = ["auto", "never"] as const;
/** What happens to a request whose model has no price (protocols-and-pricing.md 7.1). */
export const UNPRICED_MODELS = ["block", "free", "default_price"] as const;

/** Units of a limit, in the order in which limits are judged and shown (quota.md Q13). */
export const LIMIT_UNITS = ["usd", "tokens", "requests"] as const;
/** What a limit counts: nano-USD, tokens in and out together, or requests. */
export type LimitUnit = (typeof LIMIT_UNITS)[number];

/** Windows of a limit, in the order in which limits are judged and shown (quota.md Q13). */
export const LIMIT_WINDOWS = ["total", "monthly", "weekly", "daily", "5h"] as const;
/** The period that a limit counts over. */
export type LimitWindow = (typeof LIMIT_WINDOWS)[number];

export const LIMIT_MODES = ["rolling", "fixed", "calendar"] as const;
/** How the instances of a window follow each other (quota.md section 3). */
export type LimitMode = (typeof LIMIT_MODES)[number];

export const LIMIT_SUBJECTS = ["user", "user_group", "key"] as const;
/** Whom a limit row is for; a user group's amounts are per user. */
export type LimitSubject = (typeof LIMIT_SUBJECTS)[number];

export const LIMIT_STATES = ["limit", "unlimited", "block"] as const;
/** What a limit row says; no row: inherit. */
export type LimitState = (typeof LIMIT_STATES)[number];

export const ENFORCEMENTS = ["shadow", "lenient", "balanced", "strict"] as const;
/** How a limit decides on a request (quota.md section 5). */
export type Enforcement = (typeof ENFORCEMENTS)[number];

export const LIMIT_AXES = ["user", "key"] as const;
/** The two sides that must both admit a request; users and their groups together are one side. */
export type LimitAxis = (typeof LIMIT_AXES)[number];

export const DENIAL_REASONS = ["exhausted", "too_large", "contended", "blocked", "unavailable"] as const;
/** Why a limit refused a request; the first three in the order in which they are reported (quota.md Q30). */
export type DenialReason = (typeof DENIAL_REASONS)[number];

export const SETTING_WARNINGS = ["successful_above_total"] as const;
/** What to know of a setting that is valid (channels-and-rates.md R4). */
export type SettingWarning = (typeof SETTING_WARNINGS)[number];

/** Metrics of a rate, in the order in which rates are judged (channels-and-rates.md R7). */
export const RATE_METRICS = ["rpm", "total", "successful"] as const;
/** What a rate counts: requests per minute, requests per period, requests that finished successfully per period. */
export type RateMetric = (typeof RATE_METRICS)[number];

export const RATE_SUBJECTS = ["everyone", "user_group", "user", "override", "key"] as const;
/** Whom a rate is for; an override stands for one group's rate for one of its users (channels-and-rates.md R1). */
export type RateSubject = (typeof RATE_SUBJECTS)[number];

/** The largest amount of a rate, and the most requests of one user or key that may run at once. */
export const MAX_RATE = 2_147_483_647;

/** How many requests of a user or key may run at once; null: inherit (channels-and-rates.md A11). */
export type MaxConcurrent = number | "unlimited" | null;

/** Whose model group and price a request is counted by (quota.md Q58, Q59). */
export const BILLING_MODELS = ["requested", "upstream"] as const;

export const WEEK_DAYS = ["monday", "sunday", "saturday"] as const;
/** The day on which a week begins. */
export type WeekDay = (typeof WEEK_DAYS)[number];

export const LOCALES = ["en", "zh-CN", "zh-TW", "ja", "ru"] as const;
/** A language of the dashboard. */
export type LocaleId = (typeof LOCALES)[number];

export const PROCESS_ROLES = ["all", "gateway", "console"] as const;
/** What one process serves (`SLUICE_ROLE`). */
export type ProcessRole = (typeof PROCESS_ROLES)[number];

export const BANNER_CODES = [
  "database_down",
  "counters_down",
  "ledger_behind",
  "model_group_limits_off",
  "single_replica",
] as const;
/** A standing fact about the system that every page shows (dashboard.md section 4). */
export type BannerCode = (typeof BANNER_CODES)[number];

/** Common columns of a configuration row. `version` grows with each update; `managedBy` names the provisioning file's ownership. */
export type Versioned = {
  readonly id: number;
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly managedBy: "file" | null;
};

/** A page of a list, newest first; `nextCursor` null on the last page. */
export type Page<Row> = {
  readonly items: readonly Row[];
  readonly nextCursor: string | null;
  readonly total: { readonly value: number; readonly capped: boolean };
};

/** A page of a list that is sorted by other columns than the id; `hasMore`: rows follow. */
export type ListPage<Row> = {
  readonly items: readonly Row[];
  readonly hasMore: boolean;
  readonly total: { readonly value: number; readonly capped: boolean };
};

/** Which page of a list: at most so many rows after a position, or from the beginning. */
export type PageAsk<Position> = { readonly limit: number; readonly after: Position | null };

/** A position in a list by name, ignoring case, and id. */
export type NamePosition = { readonly name: string; readonly id: number };

/**
 * How a cost came about: usage, prices and multipliers of one attempt (protocols-and-pricing.md 7.1, snapshot). `recompute` needs nothing else.
 * Plain JSON; kept in the ledger.
 */
export type CostDetail = {
  /** Counts of all parts together by token class; zero classes are left out. */
  readonly usage: Readonly<Record<string, number>>;
  readonly tools: Readonly<Record<string, number>>;
  readonly images: number;
  readonly characters: number;
  readonly audioMs: number;
  readonly reasoning: number;
  readonly tier: string;
  readonly flags: readonly string[];
  /** The first part is the request's own; tools, images, characters, audio and the request price belong to it. */
  readonly parts: readonly CostPart[];
  readonly channelPpm: number;
  readonly groupPpm: number;
  /** Config version that the prices are of; absent where nothing was priced. */
  readonly pricingVersion?: number;
  /** List cost before multipliers, nano-USD. */
  readonly listCostNanoUsd: number;
};

/** One priced part: its counts, the price row used, and the pico-USD charged per unit of each counted thing as decimal text. */
export type CostPart = {
  /** null: unpriced. Negative: a row of the packaged catalogue. */
  readonly priceRowId: number | null;
  readonly model: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly components: Readonly<Record<string, string>>;
};

/** How long a bucket of a report is, on the wall clock of the system's zone. */
export const USAGE_INTERVALS = ["hour", "day", "week", "month"] as const;
/** See the list. */
export type UsageInterval = (typeof USAGE_INTERVALS)[number];

/** What makes the series of a report. */
export const USAGE_DIMENSIONS = ["model", "model_group", "user", "user_group", "key", "channel"] as const;
/** See the list. */
export type UsageDimension = (typeof USAGE_DIMENSIONS)[number];

/** What a report counts; also what the greatest series are chosen by. */
export const USAGE_MEASURES = [
  ...(["cost", "requests", "tokens", "input_tokens", "cached_tokens", "output_tokens"] as const),
  ...(["errors", "denied"] as const),
] as const;
/** See the list. */
export type UsageMeasure = (typeof USAGE_MEASURES)[number];

/** Which usage of the user's side: all, what counted in Global, or what a model group of its own split off. */
export const USAGE_COUNTED = ["all", "global", "split"] as const;
/** See the list. */
export type UsageCounted = (typeof USAGE_COUNTED)[number];
