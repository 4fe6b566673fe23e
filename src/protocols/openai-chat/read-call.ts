import type { OperationName } from "@/core/vocabulary";
import type { Call, CallAsk } from "../protocol";
import { readChatCall } from "./read-chat-call";
import { readImageCall } from "./read-image-call";
import { readInputCall } from "./read-input-call";
import { readSpeechCall } from "./read-speech-call";
import { readTranscriptionCall } from "./read-transcription-call";

const READERS: Partial<Record<OperationName, (ask: CallAsk) => Call>> = {
  embedding: readInputCall,
  moderation: readInputCall,
  image: readImageCall,
  speech: readSpeechCall,
  transcription: readTranscriptionCall,
};

/** What a call of any operation of this protocol asks for. Throws `invalid_json`, `invalid_body`, `invalid_multipart`, `model_required`. */
export function readOpenAiCall(ask: CallAsk): Call {
  return (READERS[ask.route.operation] ?? readChatCall)(ask);
}
