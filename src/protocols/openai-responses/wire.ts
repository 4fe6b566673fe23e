/** Limits the calls of all tools that the vendor runs in one response. */
export const MAX_TOOL_CALLS = "max_tool_calls";

/**
 * Fields of a Responses body that Sluice reads; every spelling of them is guarded (protocols-and-pricing.md 4.2), and of the maximum of tool
 * calls too, as the worst case of a call is reckoned by it.
 */
export const RESPONSES_FIELDS = [
  ...["model", "stream", "max_output_tokens", "service_tier", "background"],
  ...["previous_response_id", "tools", MAX_TOOL_CALLS],
] as const;

/** Fields that name the conversation, its cache or its user, in the order in which they are asked. */
export const RESPONSES_CONVERSATION = ["prompt_cache_key", "user", "safety_identifier"] as const;

/** Query names of the routes of stored responses that pass to the upstream; the brackets are how OpenAI's own client writes a list. */
export const STORED_QUERY = [
  ...["include", "include[]", "include_obfuscation", "limit", "order", "after", "before", "starting_after", "stream"],
] as const;

/** Tools that the vendor runs and counts: the name of their price, how a declaration's type begins, and the type of their items. */
export const COUNTED_TOOLS = [
  { name: "web_search", declared: "web_search", item: "web_search_call" },
  { name: "file_search", declared: "file_search", item: "file_search_call" },
  { name: "code_session", declared: "code_interpreter", item: "code_interpreter_call" },
  { name: "image_generation", declared: "image_generation", item: "image_generation_call" },
] as const;
