import type { AppError } from "@/core/errors";
import { type ErrorParts, errorParts, errorReply } from "../error-reply";
import type { ErrorContext, RenderedError } from "../protocol";
import { isSpent, resetAfterSeconds, retryAfterMs, wholeSeconds } from "../retry-hint";

/** Above 300 s Gemini's clients take a 429 for a terminal one. */
const NO_RESET_SECONDS = 2_073_600;

/** An error in Gemini's shape (protocols-and-pricing.md 3.2, 3.3). */
export function renderGeminiError(error: AppError, context: ErrorContext): RenderedError {
  return errorReply(error, context, errorBody(error, context));
}

/** A `data:` event with the same body, or the last element of a stream that is one JSON array, and its end (3.5). */
export function renderGeminiStreamError(error: AppError, context: ErrorContext): Uint8Array {
  const body = JSON.stringify(errorBody(error, context));
  return Buffer.from(context.seam === undefined ? `data: ${body}\n\n` : `${context.seam}${body}]`);
}

function errorBody(error: AppError, context: ErrorContext): unknown {
  const { message, details } = errorParts(error, context);
  const seconds = retrySeconds(error, context);
  const isTransient = error.status === 429 && !isSpent(error);
  return {
    error: {
      code: error.status,
      message: isTransient && seconds !== null ? `${message} Please retry in ${seconds}s.` : message,
      status: STATUSES.get(error.status) ?? "INVALID_ARGUMENT",
      details: [
        {
          "@type": "type.googleapis.com/google.rpc.ErrorInfo",
          reason: error.code.toUpperCase(),
          domain: "sluice",
          metadata: flattened(details),
        },
        ...(seconds === null
          ? []
          : [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: `${seconds}s` }]),
        ...(details.explain_url === null ? [] : [helpOf(details.explain_url)]),
      ],
    },
  };
}

function helpOf(url: string) {
  return { "@type": "type.googleapis.com/google.rpc.Help", links: [{ description: "Explanation", url }] };
}

/** How long to wait; null when waiting is no matter of time. */
function retrySeconds(error: AppError, { requestId }: ErrorContext): number | null {
  const ms = retryAfterMs(error, requestId);
  if (ms !== null) return wholeSeconds(ms);
  return isSpent(error) ? (resetAfterSeconds(error) ?? NO_RESET_SECONDS) : null;
}

/** The details as one level of strings: those of the limit begin with `limit_`, of a rate with `rate_`; what is null is left out. */
function flattened({ limit = {}, rate = {}, ...rest }: ErrorParts["details"]): Record<string, string> {
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(rest)) if (value !== null) metadata[name] = value;
  for (const [name, value] of Object.entries(limit)) if (value !== null) metadata[`limit_${name}`] = String(value);
  for (const [name, value] of Object.entries(rate)) if (value !== null) metadata[`rate_${name}`] = String(value);
  return metadata;
}

const STATUSES: ReadonlyMap<number, string> = new Map([
  [401, "UNAUTHENTICATED"],
  [403, "PERMISSION_DENIED"],
  [404, "NOT_FOUND"],
  [408, "DEADLINE_EXCEEDED"],
  [426, "FAILED_PRECONDITION"],
  [429, "RESOURCE_EXHAUSTED"],
  [500, "INTERNAL"],
  [502, "INTERNAL"],
  [503, "UNAVAILABLE"],
  [504, "DEADLINE_EXCEEDED"],
  [508, "INTERNAL"],
]);
