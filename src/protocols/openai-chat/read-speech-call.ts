import { NO_UNITS } from "@/core/prices/call-units";
import type { Call, CallAsk } from "../protocol";
import { readCodePoints, readModel, readText, scanOrThrow } from "../read-fields";
import { governedFields } from "../scan-body";
import { mediaCall, sizeOfJson } from "./media-call";
import { SPEECH_FIELDS } from "./wire";

const FIELDS = governedFields(SPEECH_FIELDS);

/** What a call for speech asks for: a text of so many code points. Throws `invalid_json`, `invalid_body`, `model_required`. */
export function readSpeechCall(ask: CallAsk): Call {
  const body = scanOrThrow(ask.body, FIELDS);
  return mediaCall(ask, {
    ...sizeOfJson(body),
    model: readModel(body),
    stream: readText(body, "stream_format") === "sse",
    units: { ...NO_UNITS, characters: readCodePoints(body, "input"), output: "output_audio" },
  });
}
