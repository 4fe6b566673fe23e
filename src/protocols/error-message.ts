import { type AppError, type ErrorCode, type ErrorParams, errorRow } from "@/core/errors";
import { readRateDenial } from "@/core/quota/rate-denial";
import { readDenial } from "@/core/quota/read-denial";
import { denialMessage, isTerminalName } from "./denial-message";
import { quoted } from "./quoted";
import { rateDenialMessage } from "./rate-denial-message";
import { isSpent, wholeSeconds } from "./retry-hint";

type Message = (params: ErrorParams) => string;

/** ` "name"`, or nothing when it is not known. */
function named(value: ErrorParams[string] | undefined): string {
  return value === undefined || value === null ? "" : ` ${quoted(value)}`;
}

/** The same in a transient sentence: a name that clients would take for the end of an allowance is left out. */
function mildly(value: ErrorParams[string] | undefined): string {
  return isTerminalName(String(value)) ? "" : named(value);
}

const at = (params: ErrorParams) => (typeof params.offset === "number" ? ` at byte ${params.offset}` : "");

const BODY_REASONS: Readonly<Record<string, Message>> = {
  not_an_object: () => "The request body must be a JSON object.",
  too_deep: (params) => `The request body is nested more than 512 levels deep${at(params)}.`,
  ambiguous_key: (params) =>
    `A key of the request body${at(params)} differs from a known one only in upper and lower case.`,
  wrong_type: (params) => `The field${named(params.field)} must be ${params.expected}.`,
};

/** One English sentence per code; clients classify by some of them. */
const MESSAGES: Partial<Record<ErrorCode, Message>> = {
  invalid_path: () => "The path holds a broken percent-escape.",
  invalid_json: (params) =>
    params.reason === "not_utf8"
      ? `The request body is not valid UTF-8${at(params)}.`
      : `The request body is not valid JSON${at(params)}.`,
  invalid_body: (params) =>
    BODY_REASONS[String(params.reason)]?.(params) ?? "The request body is not what this endpoint takes.",
  invalid_multipart: ({ field }) =>
    field === undefined
      ? "The multipart body is broken."
      : `The multipart body holds the field${named(field)} more than once.`,
  body_decode_failed: () => "The request body does not match its content-encoding, or has data behind its end.",
  model_required: () => "The request names no model.",
  model_protocol_mismatch: ({ model, paths }) =>
    `The model${named(model)} is not served on this path.${paths === undefined ? "" : ` Use ${paths}.`}`,
  background_not_supported: () => "Background responses are not supported: send the request without background.",
  missing_credential: () => "No API key was given. Send it as a bearer token or in the header x-api-key.",
  invalid_key: () => "The API key is not valid.",
  credential_conflict: () => "Several different API keys were given in one request.",
  key_disabled: () => "This API key is disabled.",
  key_expired: () => "This API key has expired.",
  user_disabled: () => "The user of this API key is disabled.",
  ip_not_allowed: () => "This API key may not be used from this IP address.",
  model_unpriced: ({ model }) => `The model${named(model)} has no price yet. Ask your administrator to set one.`,
  secondary_model_not_allowed: ({ model }) =>
    `The model${named(model)} may not be used together with the requested one.`,
  model_group_blocked: () => "The models of this group are blocked. Ask your administrator.",
  endpoint_not_supported: ({ path }) => `The endpoint${named(path)} is not supported.`,
  model_not_found: ({ model }) => `The model${named(model)} does not exist or this key may not use it.`,
  response_not_found: () => "This response does not exist or was made by another user.",
  method_not_allowed: ({ allow }) =>
    `The method is not allowed here.${allow === undefined ? "" : ` Allowed: ${allow}.`}`,
  body_timeout: () => "The request body did not arrive in time.",
  body_too_large: ({ limitBytes }) =>
    `The request body is too large${typeof limitBytes === "number" ? `: at most ${limitBytes} bytes are accepted` : ""}.`,
  unsupported_encoding: ({ encoding }) =>
    `The content-encoding${named(encoding)} is not supported. Use one of gzip, deflate, br and zstd, or none.`,
  websocket_not_supported: () => "WebSocket connections are not supported. Use plain HTTP.",
  limit_exceeded: () => "Usage quota exhausted.",
  limit_too_small: () => "Usage quota exhausted: the request needs more than is left.",
  limit_contended: () => "Other running requests hold what is left of a limit.",
  rpm_exceeded: () => "Rate limit reached.",
  total_requests_exceeded: () => "Rate limit reached.",
  successful_requests_exceeded: () => "Rate limit reached.",
  auth_attempts_exceeded: () => "Too many unknown API keys were tried from this address.",
  key_concurrency_exceeded: () => "Rate limit reached: too many requests of this API key run at once.",
  user_concurrency_exceeded: () => "Rate limit reached: too many requests of this user run at once.",
  channel_queue_full: ({ model }) => `The service is at capacity for the model${mildly(model)}.`,
  channel_queue_timeout: ({ model }) => `The service stayed at capacity for the model${mildly(model)}.`,
  channel_rate_limited: ({ model }) => `The service has reached its rate for the model${mildly(model)}.`,
  upstream_rate_limited: () => "The upstream is limiting requests.",
  internal_error: () => "The gateway failed to handle the request.",
  loop_detected: () => "The request went through too many gateways: a channel points back at this one.",
  upstream_unreachable: () => "The upstream could not be reached.",
  upstream_account_error: () => "The upstream refused the gateway's own account. Ask your administrator.",
  upstream_truncated: () => "The upstream broke off its reply.",
  upstream_error: () => "The upstream failed to answer the request.",
  auth_unavailable: ({ reason }) =>
    reason === "response_homes"
      ? "Whose a stored response is cannot be checked at the moment."
      : "API keys cannot be checked at the moment.",
  ledger_unavailable: () => "Requests cannot be recorded at the moment.",
  limits_unavailable: () => "Limits cannot be checked at the moment.",
  no_channel_available: ({ model }) => `No channel can serve the model${named(model)} at the moment.`,
  upstream_overloaded: () => "The upstream is overloaded.",
  overloaded: () => "The gateway is handling as many requests as it can.",
  auth_overloaded: () => "Too many API keys are being checked at the moment.",
  shutting_down: () => "The gateway is restarting.",
  request_deadline: () => "The request was not answered before its deadline.",
  upstream_timeout: () => "The upstream did not answer in time.",
};

/**
 * The message of an error on `/v1`, in English. A transient 429 says when to try again in the words that clients look for.
 * @param retryMs the hint of `retryAfterMs`
 */
export function errorMessage(error: AppError, retryMs: number | null): string {
  const message = messageOf(error);
  if (retryMs === null || errorRow(error.code).status !== 429) return message;
  return `${message} Please try again in ${wholeSeconds(retryMs)}s.`;
}

function messageOf(error: AppError): string {
  const denial = readDenial(error);
  if (denial !== null) return denialMessage(denial);
  const rate = readRateDenial(error);
  return rate === null ? plainMessage(error) : rateDenialMessage(rate, isSpent(error));
}

function plainMessage({ code, params }: AppError): string {
  return MESSAGES[code]?.(params) ?? "The request could not be handled.";
}
