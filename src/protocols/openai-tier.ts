/** The price tier that a `service_tier` of a request or a reply means in OpenAI's formats (protocols-and-pricing.md 6). */
export function openaiTier(serviceTier: string | null): string {
  if (serviceTier === null || serviceTier === "default" || serviceTier === "auto" || serviceTier === "")
    return "standard";
  return serviceTier === "fast" ? "priority" : serviceTier;
}
