import { audioMsOfBytes, type CallUnits, NO_UNITS } from "@/core/prices/call-units";
import type { Call, CallAsk } from "../protocol";
import { invalidField, readModel, readStream, scanOrThrow } from "../read-fields";
import { type BodyScan, governedFields } from "../scan-body";
import { mediaCall, sizeOfForm, sizeOfJson } from "./media-call";
import { readForm, readFormModel, readFormStream } from "./read-form";
import { TRANSCRIPTION_FIELDS } from "./wire";

const AUDIO = ["file", "audio"] as const;
const FIELDS = governedFields(TRANSCRIPTION_FIELDS, AUDIO);

/**
 * What a transcription or a translation asks for: audio of an estimated length, from a form or inside a JSON body. Audio that is named by its
 * address alone is refused, because its cost could not be held (protocols-and-pricing.md N2). Throws `invalid_json`, `invalid_body`, `invalid_multipart`, `model_required`.
 */
export function readTranscriptionCall(ask: CallAsk): Call {
  const form = readForm(ask);
  if (form !== null) {
    const { model, stream } = { model: readFormModel(form), stream: readFormStream(form) };
    return mediaCall(ask, { ...sizeOfForm(form), model, stream, units: unitsOf(form.form.fileBytes) });
  }
  const body = scanOrThrow(ask.body, FIELDS);
  const own = ownAudio(body);
  const encoded = own + body.bytes.length - body.textBytes;
  return mediaCall(ask, {
    ...sizeOfJson(body),
    textBytes: body.textBytes - own,
    model: readModel(body),
    stream: readStream(body),
    units: unitsOf(Math.ceil((encoded * 3) / 4)),
  });
}

/** Bytes of top-level texts that hold the audio itself in base64. */
function ownAudio(body: BodyScan): number {
  let bytes = 0;
  for (const name of AUDIO) {
    const member = body.seen.get(name);
    if (member?.type === "string" && !isAddress(body, member.valueStart + 1))
      bytes += member.valueEnd - member.valueStart;
  }
  return bytes;
}

function isAddress({ bytes }: BodyScan, at: number): boolean {
  return /^https?:/i.test(bytes.toString("latin1", at, at + 6));
}

function unitsOf(fileBytes: number): CallUnits {
  if (fileBytes === 0)
    throw invalidField("file", "audio itself: of what is named by its address alone nothing can be held");
  return { ...NO_UNITS, audioMs: audioMsOfBytes(fileBytes), output: "output_text" };
}
