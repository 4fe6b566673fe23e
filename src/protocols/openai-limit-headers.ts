import { remainingOf } from "@/core/quota/limit-standing";
import { type LimitFacts, sharedLimitHeaders, tightestTokens } from "./limit-headers";

/** The limit headers of OpenAI's replies: the shared ones and `x-ratelimit-*-tokens` (protocols-and-pricing.md 2.4). */
export function openaiLimitHeaders(facts: LimitFacts): Record<string, string> {
  const headers = sharedLimitHeaders(facts);
  if (facts.rate !== null) {
    headers["x-ratelimit-limit-requests"] = String(facts.rate.limit);
    headers["x-ratelimit-remaining-requests"] = String(facts.rate.remaining);
    headers["x-ratelimit-reset-requests"] = waitText(facts.rate.resetMs);
  }
  const tokens = tightestTokens(facts.standings);
  if (tokens === null) return headers;
  headers["x-ratelimit-limit-tokens"] = String(tokens.cap);
  headers["x-ratelimit-remaining-tokens"] = String(remainingOf(tokens));
  if (tokens.resetsAt !== null) headers["x-ratelimit-reset-tokens"] = waitText(tokens.resetsAt - facts.now);
  return headers;
}

/** A wait as `6m0s`, `1s`, `120ms`: from one second on in whole seconds, rounded up; `0s` when it is over. */
function waitText(ms: number): string {
  const whole = Math.ceil(ms);
  if (whole <= 0) return "0s";
  if (whole < 1_000) return `${whole}ms`;
  const seconds = Math.ceil(whole / 1_000);
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor(seconds / 60) % 60;
  if (hours > 0) return `${hours}h${minutes}m${seconds % 60}s`;
  return minutes > 0 ? `${minutes}m${seconds % 60}s` : `${seconds}s`;
}
