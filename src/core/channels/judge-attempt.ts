import type { ErrorCode } from "../errors";

/*
 * What the outcome of an attempt means for the request, for the channel and for the client: the table of channels-and-rates.md 1.2. Only what an
 * upstream did becomes an `UpstreamFailure`; a limiter that has no room gives a `ChannelRejection`, which the breaker, cooldowns and health do not
 * take (P4). That the client left, that the deadline passed and that a fault was ours is neither.
 */

/**
 * A row of the table: no answer (connection, time-out, empty reply); 429 and 529; credential or account refused; 404, 408, 409, 425; any other 4xx; 5xx
 * or a stream that began with an error; broken or silent after the first byte.
 */
export type FailureRow =
  | "no_answer"
  | "rate_limited"
  | "account_refused"
  | "not_served"
  | "bad_request"
  | "server_error"
  | "broken_off";

/** An upstream failed an attempt. */
export type UpstreamFailure = {
  readonly kind: "upstream_failure";
  readonly row: FailureRow;
  /** In the log, in metrics and in events inside a stream. */
  readonly code: ErrorCode;
  /** The next channel is tried, as long as nothing has reached the client. */
  readonly next: boolean;
  /** Whether the breaker counts it. */
  readonly breaker: "failure" | "neutral";
  /** The upstream asks to be left alone for a while: its headers say how long (C11). */
  readonly cools: boolean;
  /** The credential was refused (C2). */
  readonly refusesAccount: boolean;
  /** What the client gets when nothing is left to try: the upstream's own reply, or an error of ours with the code. */
  readonly reply: "upstream" | "own";
};

/** A channel took no request: its limiter or its own budget has no room (channels-and-rates.md 2.2, C18). It owns nothing and says nothing of the upstream. */
export type ChannelRejection =
  | {
      readonly kind: "full";
      readonly by: "capacity" | "queue" | "key_share";
      readonly retryAfterMs: number | null;
      readonly at?: RejectedAt;
    }
  | { readonly kind: "timeout"; readonly retryAfterMs: number | null; readonly at?: RejectedAt }
  | { readonly kind: "gone"; readonly at?: RejectedAt }
  /** The shared slots or rates do not answer, and the policy is to refuse then (L21). */
  | { readonly kind: "unavailable"; readonly at?: undefined }
  | { readonly kind: "rate_limited"; readonly retryAfterMs: number | null };

/** Where a limiter stood when it refused, for admins only (L14). */
export type RejectedAt = { readonly waitedMs: number; readonly waiting: number; readonly capacity: number | null };

/** What came instead of a reply: before its first byte, or in the middle of it. */
export type BreakCode = "upstream_unreachable" | "upstream_timeout" | "upstream_truncated";

const REFUSED_HERE = new Set([404, 408, 409, 425]);

const DEFAULTS = {
  kind: "upstream_failure",
  row: "server_error",
  code: "upstream_error",
  next: true,
  breaker: "failure",
  cools: false,
  refusesAccount: false,
  reply: "upstream",
} as const satisfies UpstreamFailure;

const ACCOUNT_REFUSED: UpstreamFailure = {
  ...DEFAULTS,
  ...{ row: "account_refused", code: "upstream_account_error", refusesAccount: true, reply: "own" },
};
const RATE_LIMITED: UpstreamFailure = { ...DEFAULTS, row: "rate_limited", breaker: "neutral", cools: true };

/**
 * Judges a whole reply that is no success. A redirect is the operator's fault: it is not followed and not shown.
 * @param isAccountError the credential was refused, or its account has nothing left
 */
export function judgeReply(status: number, isAccountError: boolean): UpstreamFailure {
  if (isAccountError) return ACCOUNT_REFUSED;
  if (status === 429 || status === 529) return { ...RATE_LIMITED, code: codeOf(status) };
  if (status < 400) return { ...DEFAULTS, reply: "own" };
  if (status >= 500) return DEFAULTS;
  const next = REFUSED_HERE.has(status);
  const breaker = status === 408 ? "failure" : "neutral";
  return { ...DEFAULTS, row: next ? "not_served" : "bad_request", next, breaker };
}

/** Judges a stream that began with an error of that status. */
export function judgeFirstEvent(status: number): UpstreamFailure {
  return { ...DEFAULTS, code: codeOf(status), cools: status === 429 || status === 529 };
}

/** Judges a stream that told an error of that status after its first event; it has reached the client. */
export function judgeLaterEvent(status: number): UpstreamFailure {
  return { ...DEFAULTS, row: "broken_off", code: codeOf(status), next: false };
}

/** Judges a connection that failed before the first byte, or a reply that broke off or fell silent after it. */
export function judgeBreak(code: BreakCode, hasBegun: boolean): UpstreamFailure {
  return { ...DEFAULTS, row: hasBegun ? "broken_off" : "no_answer", code, next: !hasBegun, reply: "own" };
}

function codeOf(status: number): ErrorCode {
  if (status === 429) return "upstream_rate_limited";
  return status === 529 ? "upstream_overloaded" : "upstream_error";
}
