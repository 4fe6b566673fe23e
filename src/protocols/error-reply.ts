import type { AppError } from "@/core/errors";
import { errorMessage } from "./error-message";
import type { ErrorContext, RenderedError } from "./protocol";
import { retryAfterMs, wholeSeconds } from "./retry-hint";

/** What every protocol's error body tells besides its own names (protocols-and-pricing.md 3.3). */
export type ErrorParts = {
  readonly message: string;
  readonly details: { readonly code: string; readonly request_id: string; readonly explain_url: string | null };
};

/** The message and details of an error. */
export function errorParts(error: AppError, context: ErrorContext): ErrorParts {
  return {
    message: errorMessage(error, retryAfterMs(error, context.requestId)),
    details: { code: error.code, request_id: context.requestId, explain_url: context.explainUrl },
  };
}

/** An error as a whole reply around a protocol's body: status, `x-sluice-code`, retry hints, `allow`. */
export function errorReply(error: AppError, context: ErrorContext, body: unknown): RenderedError {
  const headers: Record<string, string> = { "x-sluice-code": error.code };
  const retryMs = retryAfterMs(error, context.requestId);
  if (retryMs !== null) {
    headers["retry-after"] = String(wholeSeconds(retryMs));
    headers["retry-after-ms"] = String(retryMs);
  }
  if (typeof error.params.allow === "string") headers.allow = error.params.allow;
  return jsonReply(error.status, body, headers);
}

/** A JSON reply. */
export function jsonReply(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): RenderedError {
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
    body: Buffer.from(JSON.stringify(body)),
  };
}
