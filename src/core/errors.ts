/**
 * Every error that leaves Sluice, as one table: code -> status and whether the same request may pass soon.
 * Codes of `/v1` are the catalogue of protocols-and-pricing.md 3.1 (`v1: true`); the others belong to the admin API.
 * `hint` is the letter of the retry row in protocols-and-pricing.md 2.5; without a reset, `a` is read as row b; `c` with a wait of over 60 s as `a`.
 */
type ErrorRow = {
  readonly status: number;
  readonly retryable: boolean;
  readonly v1: boolean;
  readonly hint?: "a" | "c" | "d" | "e" | "f" | "g" | "h" | "i";
};

const terminal = (status: number): ErrorRow => ({ status, retryable: false, v1: true });
const transient = (status: number, hint: "c" | "d" | "e" | "f" | "g" | "h" | "i"): ErrorRow => ({
  status,
  retryable: true,
  v1: true,
  hint,
});
const spent: ErrorRow = { status: 429, retryable: false, v1: true, hint: "a" };
const admin = (status: number, retryable = false): ErrorRow => ({ status, retryable, v1: false });

export const ERRORS = {
  invalid_path: terminal(400),
  invalid_json: terminal(400),
  invalid_body: terminal(400),
  invalid_multipart: terminal(400),
  body_decode_failed: terminal(400),
  model_required: terminal(400),
  model_protocol_mismatch: terminal(400),
  background_not_supported: terminal(400),
  missing_credential: terminal(401),
  invalid_key: terminal(401),
  credential_conflict: terminal(401),
  key_disabled: terminal(401),
  key_expired: terminal(401),
  user_disabled: terminal(403),
  ip_not_allowed: terminal(403),
  model_unpriced: terminal(403),
  secondary_model_not_allowed: terminal(403),
  model_group_blocked: terminal(403),
  endpoint_not_supported: terminal(404),
  model_not_found: terminal(404),
  response_not_found: terminal(404),
  method_not_allowed: terminal(405),
  body_timeout: terminal(408),
  body_too_large: terminal(413),
  unsupported_encoding: terminal(415),
  websocket_not_supported: terminal(426),
  limit_exceeded: spent,
  limit_too_small: spent,
  limit_contended: transient(429, "d"),
  rpm_exceeded: transient(429, "c"),
  total_requests_exceeded: transient(429, "c"),
  successful_requests_exceeded: transient(429, "c"),
  auth_attempts_exceeded: transient(429, "c"),
  key_concurrency_exceeded: transient(429, "e"),
  user_concurrency_exceeded: transient(429, "e"),
  channel_queue_full: transient(429, "f"),
  channel_queue_timeout: transient(429, "f"),
  channel_rate_limited: transient(429, "g"),
  upstream_rate_limited: transient(429, "g"),
  internal_error: { status: 500, retryable: true, v1: true },
  loop_detected: terminal(508),
  upstream_unreachable: transient(502, "i"),
  upstream_account_error: transient(502, "i"),
  upstream_truncated: transient(502, "i"),
  upstream_error: transient(502, "i"),
  auth_unavailable: transient(503, "i"),
  ledger_unavailable: transient(503, "i"),
  limits_unavailable: transient(503, "i"),
  no_channel_available: transient(503, "g"),
  upstream_overloaded: transient(503, "g"),
  overloaded: transient(503, "h"),
  auth_overloaded: transient(503, "h"),
  shutting_down: transient(503, "h"),
  request_deadline: transient(504, "i"),
  upstream_timeout: transient(504, "i"),

  validation_failed: admin(422),
  malformed_json: admin(400),
  not_found: admin(404),
  request_not_found: admin(404),
  unauthenticated: admin(401),
  access_token_invalid: admin(401),
  access_token_expired: admin(401),
  access_token_revoked: admin(401),
  access_token_suspended: admin(401),
  key_not_accepted: admin(401),
  forbidden: admin(403),
  access_token_of_another: admin(403),
  admin_needs_sign_in: admin(403),
  cross_origin: admin(403),
  host_not_allowed: admin(421),
  version_conflict: admin(409),
  idempotency_key_reused: admin(422),
  name_taken: admin(409),
  email_taken: admin(409),
  last_admin: admin(409),
  boost_ended: admin(409),
  access_token_ended: admin(409),
  model_in_other_group: admin(409),
  setup_finished: admin(409),
  setup_token_invalid: admin(401),
  sign_in_failed: admin(401),
  key_sign_in_failed: admin(401),
  too_many_attempts: admin(429, true),
  api_rate_exceeded: admin(429, true),
  cursor_mismatch: admin(400),
  cursor_invalid: admin(400),
  database_unavailable: admin(503, true),
  base_url_forbidden: admin(422),
  request_too_large: admin(413),
} as const satisfies Record<string, ErrorRow>;

/** A stable error code. */
export type ErrorCode = keyof typeof ERRORS;

/** What a message needs to be rendered: plain values only. */
export type ErrorParams = Readonly<Record<string, string | number | boolean | null>>;

/** One wrong field of an input: its path (`limits[2].amount`), a code of the messages' `fieldErrors`, its parameters. */
export type FieldError = { readonly path: string; readonly code: string; readonly params?: ErrorParams };

const BRAND = Symbol.for("sluice.AppError");

/** Row of the table for a code: `status` and `retryable`. */
export function errorRow(code: ErrorCode): ErrorRow {
  return ERRORS[code];
}

/**
 * The one error class. Carries a code and parameters; sentences are made by the renderers at the edges. What a caller did wrong has no
 * stack: nobody reads it, and writing it down costs ten times the rest of a refusal's error.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly params: ErrorParams;
  readonly fields: readonly FieldError[];
  /** Of a version_conflict: what is there now, as the operation that reads it answers; undefined: not told. */
  readonly current: unknown;
  readonly [BRAND] = true;

  constructor(
    code: ErrorCode,
    params: ErrorParams = {},
    options: { cause?: unknown; fields?: readonly FieldError[]; current?: unknown } = {},
  ) {
    const { stackTraceLimit } = Error;
    if (ERRORS[code].status < 500) Error.stackTraceLimit = 0;
    super(code, options.cause === undefined ? undefined : { cause: options.cause });
    Error.stackTraceLimit = stackTraceLimit;
    this.name = "AppError";
    this.code = code;
    this.params = params;
    this.fields = options.fields ?? [];
    this.current = options.current;
  }

  /** HTTP status of the code. */
  get status(): number {
    return ERRORS[this.code].status;
  }
}

/** Recognises an AppError by brand: Next bundles a second copy of the class, so `instanceof` would lie. */
export function isAppError(value: unknown): value is AppError {
  return typeof value === "object" && value !== null && BRAND in value;
}

/** Any thrown value as an AppError; what is not one becomes `internal_error` with the value as cause. */
export function toAppError(value: unknown): AppError {
  return isAppError(value) ? value : new AppError("internal_error", {}, { cause: value });
}
