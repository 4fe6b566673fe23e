import { AppError } from "@/core/errors";
import type { CallAsk } from "../protocol";
import { checkChoices, checkModelName, invalidField } from "../read-fields";
import { boundaryOf, type FormScan, isFormFault, scanMultipart } from "../scan-multipart";
import { FORM_FIELDS } from "./wire";

/** A form that was scanned, and its fields as text. */
export type OpenAiForm = {
  readonly form: FormScan;
  /** A field that is read; null when it is absent or empty. Throws `invalid_body` above 4,096 bytes. */
  text(name: (typeof FORM_FIELDS)[number]): string | null;
};

const MAX_FIELD_BYTES = 4096;

/** Scans a body that its content type calls a form; null for any other type. Throws `invalid_multipart`. */
export function readForm({ request, body }: CallAsk): OpenAiForm | null {
  const boundary = boundaryOf(request.headers["content-type"]);
  if (boundary === undefined) return null;
  const form = boundary === null ? { field: null } : scanMultipart(body, boundary, FORM_FIELDS);
  if (isFormFault(form)) throw new AppError("invalid_multipart", form.field === null ? {} : { field: form.field });
  return {
    form,
    text(name) {
      const field = form.fields.get(name);
      if (field === undefined || field.valueStart === field.valueEnd) return null;
      if (field.valueEnd - field.valueStart > MAX_FIELD_BYTES) throw invalidField(name, "at most 4,096 bytes");
      return form.bytes.toString("utf8", field.valueStart, field.valueEnd);
    },
  };
}

/** The model of a form. Throws `model_required`, `invalid_body`. */
export function readFormModel(form: OpenAiForm): string {
  if (!form.form.fields.has("model")) throw new AppError("model_required");
  return checkModelName(form.text("model"));
}

/** `n` of a form: 1 when it is absent. Throws `invalid_body` outside 1..128: in a form nobody can tell a number from a text. */
export function readFormChoices(form: OpenAiForm): number {
  const text = form.text("n");
  if (text === null) return 1;
  return checkChoices(/^\d{1,3}$/.test(text) ? Number(text) : Number.NaN, "n");
}

/** `stream` of a form. Throws `invalid_body` for anything but a spelling of true or false. */
export function readFormStream(form: OpenAiForm): boolean {
  const text = form.text("stream")?.toLowerCase() ?? "false";
  if (text !== "true" && text !== "1" && text !== "false" && text !== "0")
    throw invalidField("stream", "true or false");
  return text === "true" || text === "1";
}
