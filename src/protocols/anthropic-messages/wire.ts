import { countedTool } from "../read-tool-units";

/** Query names that pass to the upstream. */
export const MESSAGES_QUERY = ["beta"] as const;

/** The tool that the vendor runs and counts; a declaration's type is this and a date: `web_search_20250305`. */
export const COUNTED_TOOL = countedTool("web_search");

/** Fields of a Messages body that Sluice reads; every spelling of them is guarded (protocols-and-pricing.md 4.2). */
export const MESSAGES_FIELDS = [
  "model",
  "stream",
  "max_tokens",
  "service_tier",
  "speed",
  "fallbacks",
  "tools",
] as const;

/** Where a client names its user or its session: a member of an object. */
export const METADATA = "metadata";
export const USER_ID = "user_id";
