const header = (name: string) => ({ $ref: `#/components/headers/${name}` });

/** How a caller stands with its calls per minute: on every reply to one that was counted, in the OpenAPI document. */
export const RATE_HEADERS = {
  "ratelimit-limit": header("RateLimit"),
  "ratelimit-remaining": header("RateLimitRemaining"),
  "ratelimit-reset": header("RateLimitReset"),
};
