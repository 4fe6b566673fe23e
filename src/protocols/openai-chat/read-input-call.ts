import type { Call, CallAsk } from "../protocol";
import { readModel, scanOrThrow } from "../read-fields";
import { governedFields } from "../scan-body";
import { mediaCall, sizeOfJson } from "./media-call";
import { CHAT_CONVERSATION, INPUT_FIELDS } from "./wire";

const FIELDS = governedFields(INPUT_FIELDS, CHAT_CONVERSATION);

/**
 * What a body of `embedding` or `moderation` asks for: its input, however many texts it holds, and no output. Throws `invalid_json`,
 * `invalid_body`, `model_required`.
 */
export function readInputCall(ask: CallAsk): Call {
  const body = scanOrThrow(ask.body, FIELDS);
  return mediaCall(ask, { ...sizeOfJson(body), model: readModel(body), maxOutputTokens: 0 });
}
