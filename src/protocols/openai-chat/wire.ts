/** The member that Sluice may change besides the model (protocols-and-pricing.md 4.3). */
export const STREAM_OPTIONS = "stream_options";
export const INCLUDE_USAGE = "include_usage";

/** Fields of a chat body that Sluice reads; every spelling of them is guarded (4.2). */
export const CHAT_FIELDS = [
  ...["model", "stream", STREAM_OPTIONS, "max_tokens", "max_completion_tokens"],
  ...["n", "best_of", "service_tier", "tools", "models", "fallbacks"],
] as const;

/** Fields that name the conversation, its cache or its user, in the order in which they are asked. */
export const CHAT_CONVERSATION = ["prompt_cache_key", "user", "safety_identifier"] as const;

/** The field of a completion that may hold several prompts. */
export const PROMPT = "prompt";

/** Fields of the other operations that Sluice reads (4.2). */
export const INPUT_FIELDS = ["model"] as const;
export const IMAGE_FIELDS = ["model", "n", "size", "quality", "stream"] as const;
export const SPEECH_FIELDS = ["model", "input", "stream_format"] as const;
export const TRANSCRIPTION_FIELDS = ["model", "stream", "response_format"] as const;

/** Fields of a form that are read. */
export const FORM_FIELDS = ["model", "n", "size", "quality", "stream", "response_format"] as const;
