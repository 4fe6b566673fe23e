import type { AppError } from "@/core/errors";
import { readRateDenial } from "@/core/quota/rate-denial";
import { readDenial } from "@/core/quota/read-denial";
import { errorReply } from "../error-reply";
import { epochSeconds } from "../limit-headers";
import { openaiErrorBody } from "../openai-error";
import type { ErrorContext, RenderedError } from "../protocol";
import { isSpent, resetInSeconds } from "../retry-hint";
import { isCodexClient } from "./codex-client";

/** Codex tries again later at this code alone. */
const CODEX_OVERLOADED = "server_is_overloaded";

/** An error in OpenAI's shape, or for Codex in the variant that it understands (protocols-and-pricing.md 3.2, 3.3). */
export function renderResponsesError(error: AppError, context: ErrorContext): RenderedError {
  return errorReply(error, context, bodyOf(error, context));
}

/** The event `response.failed` with the next number of the stream (3.5). */
export function renderResponsesStreamError(error: AppError, context: ErrorContext): Uint8Array {
  const { code, message } = bodyOf(error, context).error;
  const event = {
    type: "response.failed",
    sequence_number: (context.lastSequenceNumber ?? -1) + 1,
    response: { object: "response", status: "failed", error: { code, message }, incomplete_details: null, usage: null },
  };
  return Buffer.from(`event: response.failed\ndata: ${JSON.stringify(event)}\n\n`);
}

type Body = { readonly error: { readonly code: string; readonly message: string } };

function bodyOf(error: AppError, context: ErrorContext): Body {
  const body = openaiErrorBody(error, context);
  if (!isCodexClient(context.client)) return body;
  if (isSpent(error)) return spentBody(error, body.error);
  return error.status === 503 ? { error: { ...body.error, code: CODEX_OVERLOADED } } : body;
}

/** A terminal 429: Codex shows when the allowance is back. */
function spentBody(error: AppError, { code, message, details }: ReturnType<typeof openaiErrorBody>["error"]): Body {
  const resetsAt = readDenial(error)?.resetsAt ?? readRateDenial(error)?.resetsAt ?? null;
  const inSeconds = resetInSeconds(error);
  const reset =
    resetsAt === null || inSeconds === null ? {} : { resets_at: epochSeconds(resetsAt), resets_in_seconds: inSeconds };
  return { error: { ...{ type: "usage_limit_reached", code, message }, ...reset, ...{ details } } };
}
