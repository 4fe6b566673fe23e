import { type AppError, errorRow } from "@/core/errors";
import { type ErrorParts, errorParts } from "./error-reply";
import { isJsonRecord, textAt } from "./parse-json";
import type { ErrorContext } from "./protocol";
import type { ReplyError } from "./reply-reader";
import { isSpent } from "./retry-hint";

/** How OpenAI's formats name an error (protocols-and-pricing.md 3.2). */
export type OpenaiErrorKind = { readonly type: string; readonly param: null; readonly code: string };

/** A body in OpenAI's shape. */
export type OpenaiErrorBody = {
  readonly error: OpenaiErrorKind & ErrorParts;
};

/** The body of an error in OpenAI's shape (protocols-and-pricing.md 3.3). */
export function openaiErrorBody(error: AppError, context: ErrorContext): OpenaiErrorBody {
  const { message, details } = errorParts(error, context);
  return { error: { message, ...openaiErrorKind(error), details } };
}

function openaiErrorKind(error: AppError): OpenaiErrorKind {
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

const OVERLOADED = /overloaded|unavailable/;
const LIMITED = /rate_limit|insufficient_quota|usage_limit|too_many_requests|^requests$|^tokens$/;

/** The status that an error inside a stream of OpenAI's formats stands for. */
export function openaiReplyError(value: unknown): ReplyError {
  const error = isJsonRecord(value) ? value : {};
  const type = textAt(error, "type") ?? textAt(error, "code") ?? "error";
  const words = `${type} ${textAt(error, "code") ?? ""}`;
  const code = Number(error.code ?? error.status ?? 0);
  if (code === 429 || words.split(" ").some((word) => LIMITED.test(word))) return { status: 429, type };
  return { status: code === 503 || code === 529 || OVERLOADED.test(words) ? 529 : 500, type };
}
