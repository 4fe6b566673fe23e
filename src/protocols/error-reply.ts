import type { AppError } from "@/core/errors";
import { readRateDenial } from "@/core/quota/rate-denial";
import { readDenial } from "@/core/quota/read-denial";
import { type DenialDetails, denialDetails, rateDetails } from "./denial-details";
import { errorMessage } from "./error-message";
import type { ErrorContext, RenderedError } from "./protocol";
import { isSpent, resetAfterSeconds, retryAfterMs, wholeSeconds } from "./retry-hint";

/** What every protocol's error body tells besides its own names (protocols-and-pricing.md 3.3). */
export type ErrorParts = {
  readonly message: string;
  readonly details: {
    readonly code: string;
    readonly request_id: string;
    readonly explain_url: string | null;
    /** What refused the request, when a limit did. */
    readonly limit?: DenialDetails;
    /** What refused the request, when a rate or the number of requests at once did (channels-and-rates.md R13). */
    readonly rate?: DenialDetails;
  };
};

/** The message and details of an error. */
export function errorParts(error: AppError, context: ErrorContext): ErrorParts {
  const retryMs = retryAfterMs(error, context.requestId);
  const message = errorMessage(error, retryMs);
  const details = { code: error.code, request_id: context.requestId, explain_url: context.explainUrl };
  const denial = readDenial(error);
  const rate = readRateDenial(error);
  if (rate !== null) return { message, details: { ...details, rate: rateDetails(rate, retryMs) } };
  if (denial === null) return { message, details };
  const retryAfter = retryMs === null ? resetAfterSeconds(error) : wholeSeconds(retryMs);
  return { message, details: { ...details, limit: denialDetails(denial, retryAfter) } };
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
