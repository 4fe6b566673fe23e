import { type AppError, errorRow } from "@/core/errors";
import { errorParts, errorReply } from "../error-reply";
import type { ErrorContext, RenderedError } from "../protocol";
import { isSpent } from "../retry-hint";

/** An error in Anthropic's shape (protocols-and-pricing.md 3.2, 3.3). */
export function renderMessagesError(error: AppError, context: ErrorContext): RenderedError {
  return errorReply(error, context, errorBody(error, context));
}

/** One `error` event with the same body (3.5). */
export function renderMessagesStreamError(error: AppError, context: ErrorContext): Uint8Array {
  return Buffer.from(`event: error\ndata: ${JSON.stringify(errorBody(error, context))}\n\n`);
}

function errorBody(error: AppError, context: ErrorContext): unknown {
  const { message, details } = errorParts(error, context);
  const type = TYPES.get(errorRow(error.code).status) ?? "invalid_request_error";
  const isMoneySpent = isSpent(error) && error.params.unit === "usd";
  const told = isMoneySpent ? { ...details, error_code: "enforced_spend_limit_reached" } : details;
  return { type: "error", error: { type, message, details: told }, request_id: context.requestId };
}

const TYPES: ReadonlyMap<number, string> = new Map([
  [401, "authentication_error"],
  [403, "permission_error"],
  [404, "not_found_error"],
  [408, "timeout_error"],
  [413, "request_too_large"],
  [429, "rate_limit_error"],
  [500, "api_error"],
  [502, "api_error"],
  [503, "overloaded_error"],
  [504, "timeout_error"],
  [508, "api_error"],
]);
