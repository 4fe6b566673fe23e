import { type AppError, errorRow } from "@/core/errors";
import { readDenial } from "@/core/quota/read-denial";
import { type DenialDetails, denialDetails } from "./denial-details";
import { errorMessage } from "./error-message";
import type { ErrorContext, RenderedError } from "./protocol";
import { resetAfterSeconds, retryAfterMs, wholeSeconds } from "./retry-hint";

/** What every protocol's error body tells besides its own names (protocols-and-pricing.md 3.3). */
export type ErrorParts = {
  readonly message: string;
  readonly details: {
    readonly code: string;
    readonly request_id: string;
    readonly explain_url: string | null;
    /** What refused the request, when a limit did. */
    readonly limit?: DenialDetails;
  };
};

/** The message and details of an error. */
export function errorParts(error: AppError, context: ErrorContext): ErrorParts {
  const retryMs = retryAfterMs(error, context.requestId);
  const message = errorMessage(error, retryMs);
  const details = { code: error.code, request_id: context.requestId, explain_url: context.explainUrl };
  const denial = readDenial(error);
  if (denial === null) return { message, details };
  const retryAfter = retryMs === null ? resetAfterSeconds(error) : wholeSeconds(retryMs);
  return { message, details: { ...details, limit: denialDetails(denial, retryAfter) } };
}

/** A 429 whose repetition cannot help before the reset: clients know it as a spent allowance (3.2). */
export function isSpent(error: AppError): boolean {
  const { status, retryable } = errorRow(error.code);
  return status === 429 && !retryable;
}

/** An error as a whole reply around a protocol's body: status, `x-sluice-code`, retry hints, `allow`. */
export function errorReply(error: AppError, context: ErrorContext, body: unknown): RenderedError {
  const headers: Record<string, string> = { "x-sluice-code": error.code };
  const retryMs = retryAfterMs(error, context.requestId);
  if (retryMs !== null) {
    headers["retry-after"] = String(wholeSeconds(retryMs));
    headers["retry-after-ms"] = String(retryMs);
  } else if (isSpent(error)) {
    const seconds = resetAfterSeconds(error);
    if (seconds !== null) headers["retry-after"] = String(seconds);
    headers["x-should-retry"] = "false";
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
