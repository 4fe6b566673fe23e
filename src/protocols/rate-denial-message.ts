import type { RateDenial } from "@/core/quota/rate-denial";
import { instantText } from "./amount-text";
import { isTerminalName } from "./denial-message";
import { quoted } from "./quoted";

/**
 * Why a rate refused a request, in a sentence for a person that clients classify by (protocols-and-pricing.md 3.3). A transient one lacks the
 * words on when to try again.
 * @param isSpent the wait is so long that trying again is no use
 */
export function rateDenialMessage(denial: RateDenial, isSpent: boolean): string {
  const { metric, source, limit, resetsAt } = denial;
  if (metric === "concurrency")
    return `Rate limit reached: this ${source === "key" ? "API key" : "user"} may run ${limit} requests at once.`;
  const rule = `${limit} ${metric === "successful" ? "successful requests" : "requests"} per ${periodOf(denial)}`;
  const scope = scopeOf(denial, isSpent);
  if (!isSpent) return `Rate limit reached: ${rule}${scope}.`;
  const reset = resetsAt === null ? "" : ` It will reset at ${instantText(resetsAt)}.`;
  return `Usage quota exhausted: ${rule}${scope}.${reset}`;
}

/** `minute`, `90 minutes`. */
function periodOf({ periodMs }: RateDenial): string {
  const minutes = Math.round((periodMs ?? 0) / 60_000);
  return minutes === 1 ? "minute" : `${minutes} minutes`;
}

/** ` for the model "gpt-5"`, or nothing for a rate over all models, and for a name that a transient sentence must not say. */
function scopeOf({ targetType, target }: RateDenial, isSpent: boolean): string {
  if (targetType === "all" || (!isSpent && isTerminalName(target))) return "";
  return ` for the ${targetType === "group" ? "model group" : "model"} ${quoted(target)}`;
}
