import type { ErrorCode } from "@/core/errors";

/** What a failed attempt means: its code in the log and in metrics, and whether the next channel is tried. */
export type Verdict = { readonly code: ErrorCode; readonly next: boolean };

const NEXT_4XX = new Set([404, 408, 409, 425, 429]);

/**
 * Judges the status of an upstream reply that is no success (channels-and-rates.md 1.2). A redirect is the operator's fault: it is not
 * followed and not shown. Pure.
 */
export function judgeReply(status: number, isAccountError: boolean): Verdict {
  if (isAccountError) return { code: "upstream_account_error", next: true };
  if (status === 429) return { code: "upstream_rate_limited", next: true };
  if (status === 529) return { code: "upstream_overloaded", next: true };
  return { code: "upstream_error", next: status < 400 || status >= 500 || NEXT_4XX.has(status) };
}
