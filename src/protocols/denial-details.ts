import type { Denial } from "@/core/quota/denial";
import { wireAmount } from "@/core/quota/limit-amount";
import type { RateDenial } from "@/core/quota/rate-denial";
import { instantText } from "./amount-text";

/** `limit` of an error's details (protocols-and-pricing.md 3.3): amounts as decimal strings, the reset as RFC 3339, null for what is not known. */
export type DenialDetails = Readonly<Record<string, string | number | null>>;

/**
 * The denial as the body of a reply gives it.
 * @param retryAfterSeconds what the reply's hint says; null: no use waiting
 */
export function denialDetails(denial: Denial, retryAfterSeconds: number | null): DenialDetails {
  const { unit, resetsAt, affordableOutputTokens } = denial;
  const amount = (value: number | null) => (value === null ? null : wireAmount(unit, value));
  return {
    id: denial.limitId,
    axis: denial.axis,
    subject_type: denial.subjectType,
    target_type: denial.targetType,
    target: denial.target,
    unit,
    window: denial.window,
    cap: amount(denial.cap),
    boost: amount(denial.boost),
    used: amount(denial.used),
    held: amount(denial.held),
    remaining: amount(denial.left),
    estimate: amount(denial.estimate),
    resets_at: resetsAt === null ? null : instantText(resetsAt),
    retry_after_s: retryAfterSeconds,
    ...(affordableOutputTokens === null ? {} : { affordable_output_tokens: affordableOutputTokens }),
  };
}

/**
 * The denial of a rate as the body of a reply gives it (channels-and-rates.md R13).
 * @param retryMs what the reply's hint says; null: the wait is over 60 s
 */
export function rateDetails(denial: RateDenial, retryMs: number | null): DenialDetails {
  const { source, metric, targetType, target, limit, used, retryAfterMs } = denial;
  return {
    ...{ source, metric, target_type: targetType, target, limit, used },
    retry_after_ms: retryAfterMs ?? retryMs,
  };
}
