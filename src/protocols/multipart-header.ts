/** What the headers of a part say. */
export type PartHeader = {
  readonly name: string;
  /** A file name is given, even an empty one. */
  readonly isFile: boolean;
  /** Its text is UTF-8 or a part of it, as far as its content type tells. */
  readonly isUtf8: boolean;
};

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const FIELD_NAME = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/s;
/** `; name="value"`, `; name=value`; a quoted value may hold escaped quotes. */
const PARAMETER = /;[ \t]*([0-9A-Za-z_-]+\*?)=(?:"((?:[^"\\]|\\.)*)"|([!#$%&'*+.^_`|~0-9A-Za-z-]+))/suy;
/** Bytes that end or hide a header. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;
const PLAIN_ENCODINGS = ["7bit", "8bit", "binary"];

/**
 * Reads the header block of a part, without the empty line behind it; null when it may be read in two ways: a header that is folded, broken
 * or given twice, no name, a name with an escape or in the extended form, a coding of the content.
 */
export function readPartHeader(block: Buffer): PartHeader | null {
  const seen = new Map<string, string>();
  for (const line of block.toString("utf8").split("\r\n")) {
    const [, name, value = ""] = FIELD_NAME.exec(line) ?? [];
    const key = name?.toLowerCase();
    if (key === undefined || seen.has(key) || CONTROL.test(line) || line.includes("\ufffd")) return null;
    seen.set(key, value);
  }
  if (!PLAIN_ENCODINGS.includes((seen.get("content-transfer-encoding") ?? "binary").toLowerCase())) return null;
  const disposition = readParameters(seen.get("content-disposition"));
  if (disposition?.value !== "form-data") return null;
  const { parameters } = disposition;
  const name = parameters.get("name");
  if (name === undefined || name === "" || name.includes("\\") || isAmbiguous(parameters)) return null;
  const isFile = parameters.has("filename") || parameters.has("filename*");
  return { name, isFile, isUtf8: isUtf8Type(seen.get("content-type")) };
}

/** A name in an extended or a continued form, or behind a quote that only some parsers take for the end of a file name. */
function isAmbiguous(parameters: ReadonlyMap<string, string>): boolean {
  for (const [name, value] of parameters) {
    if (name.startsWith("name*") || (value.includes('\\"') && value.includes(";"))) return true;
  }
  return false;
}

/** A header value with parameters: `form-data; name="model"`, as its first word in lower case and its parameters as they are written. */
export function readParameters(
  header: string | undefined,
): { readonly value: string; readonly parameters: ReadonlyMap<string, string> } | null {
  if (header === undefined) return null;
  const end = header.indexOf(";");
  const value = (end === -1 ? header : header.slice(0, end)).toLowerCase();
  if (!value.split("/").every((word) => TOKEN.test(word))) return null;
  const parameters = new Map<string, string>();
  let at = end === -1 ? header.length : end;
  while (at < header.length) {
    PARAMETER.lastIndex = at;
    const [whole, name, quoted, plain = ""] = PARAMETER.exec(header) ?? [];
    if (whole === undefined || name === undefined || parameters.has(name.toLowerCase())) return null;
    parameters.set(name.toLowerCase(), quoted ?? plain);
    at += whole.length;
  }
  return { value, parameters };
}

function isUtf8Type(contentType: string | undefined): boolean {
  if (contentType === undefined) return true;
  const type = readParameters(contentType);
  if (type === null) return false;
  const charset = type.parameters.get("charset")?.toLowerCase() ?? "utf-8";
  return charset === "utf-8" || charset === "utf8" || charset === "us-ascii";
}
