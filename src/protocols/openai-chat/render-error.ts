import type { AppError } from "@/core/errors";
import { errorReply } from "../error-reply";
import { openaiErrorBody } from "../openai-error";
import type { ErrorContext, RenderedError } from "../protocol";

/** An error in OpenAI's shape (protocols-and-pricing.md 3.2, 3.3). */
export function renderChatError(error: AppError, context: ErrorContext): RenderedError {
  return errorReply(error, context, openaiErrorBody(error, context));
}

/** One `data:` event with the same body; no `[DONE]` follows it (3.5). */
export function renderChatStreamError(error: AppError, context: ErrorContext): Uint8Array {
  return Buffer.from(`data: ${JSON.stringify(openaiErrorBody(error, context))}\n\n`);
}
