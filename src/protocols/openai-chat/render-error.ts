import { type AppError, errorRow } from "@/core/errors";
import { errorParts, errorReply } from "../error-reply";
import type { ErrorContext, RenderedError } from "../protocol";
import { isSpent } from "../retry-hint";

/** An error in OpenAI's shape (protocols-and-pricing.md 3.2, 3.3). */
export function renderChatError(error: AppError, context: ErrorContext): RenderedError {
  return errorReply(error, context, errorBody(error, context));
}

/** One `data:` event with the same body; no `[DONE]` follows it (3.5). */
export function renderChatStreamError(error: AppError, context: ErrorContext): Uint8Array {
  return Buffer.from(`data: ${JSON.stringify(errorBody(error, context))}\n\n`);
}

function errorBody(error: AppError, context: ErrorContext): unknown {
  const { message, details } = errorParts(error, context);
  return { error: { message, ...kindOf(error), details } };
}

function kindOf(error: AppError): { readonly type: string; readonly param: null; readonly code: string } {
  const { hint } = errorRow(error.code);
  if (isSpent(error)) return { type: "insufficient_quota", param: null, code: "insufficient_quota" };
  if (hint === "c" || hint === "d" || hint === "e")
    return { type: error.params.unit === "tokens" ? "tokens" : "requests", param: null, code: "rate_limit_exceeded" };
  return { type: errorType(error), param: null, code: error.status === 401 ? "invalid_api_key" : error.code };
}

function errorType({ status }: AppError): string {
  if (status === 403) return "permission_error";
  if (status === 429) return "rate_limit_error";
  return status === 408 || status >= 500 ? "server_error" : "invalid_request_error";
}
