/** The content type of `buildForm`. */
export const FORM_TYPE = "multipart/form-data; boundary=form-boundary-1";

/** A form as clients write it: texts are fields, bytes are files. */
export function buildForm(parts: readonly (readonly [name: string, value: string | Uint8Array])[]): Buffer {
  const written = parts.flatMap(([name, value]) => {
    const file = typeof value === "string" ? "" : `; filename="${name}.bin"\r\nContent-Type: application/octet-stream`;
    const head = `--form-boundary-1\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n`;
    return [Buffer.from(head), Buffer.from(value), Buffer.from("\r\n")];
  });
  return Buffer.concat([...written, Buffer.from("--form-boundary-1--\r\n")]);
}
