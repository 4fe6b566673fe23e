import { type CallUnits, NO_UNITS } from "@/core/prices/call-units";
import type { Call, CallAsk } from "../protocol";
import { readChoices, readModel, readStream, readText, scanOrThrow } from "../read-fields";
import { governedFields } from "../scan-body";
import { mediaCall, sizeOfForm, sizeOfJson } from "./media-call";
import { readForm, readFormChoices, readFormModel, readFormStream } from "./read-form";
import { CHAT_CONVERSATION, IMAGE_FIELDS } from "./wire";

const FIELDS = governedFields(IMAGE_FIELDS, CHAT_CONVERSATION);

/** What a call for images asks for, as JSON or as a form. Throws `invalid_json`, `invalid_body`, `invalid_multipart`, `model_required`. */
export function readImageCall(ask: CallAsk): Call {
  const form = readForm(ask);
  if (form !== null) {
    const units = unitsOf(readFormChoices(form), form.text("size"), form.text("quality"));
    const asked = { ...sizeOfForm(form), model: readFormModel(form), stream: readFormStream(form) };
    return mediaCall(ask, { ...asked, choices: units.images, units });
  }
  const body = scanOrThrow(ask.body, FIELDS);
  const units = unitsOf(readChoices(body, "n"), readText(body, "size"), readText(body, "quality"));
  const asked = { ...sizeOfJson(body), model: readModel(body), stream: readStream(body) };
  return mediaCall(ask, { ...asked, choices: units.images, units });
}

function unitsOf(images: number, size: string | null, quality: string | null): CallUnits {
  return { ...NO_UNITS, images, imageVariant: { size, quality }, output: "output_image" };
}
