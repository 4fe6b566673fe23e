import { isUtf8 } from "node:buffer";
import { readParameters, readPartHeader } from "./multipart-header";

/** The value of a field that is read: its bytes lie in `[valueStart, valueEnd)` of the body. */
export type FormField = { readonly valueStart: number; readonly valueEnd: number };

/** What one pass over a valid form found. */
export type FormScan = {
  readonly bytes: Buffer;
  /** Fields that are read, by name. */
  readonly fields: ReadonlyMap<string, FormField>;
  /** Parts with a file name, and the bytes of their content. */
  readonly fileCount: number;
  readonly fileBytes: number;
};

/** Why a form was refused; `field`: it is given more than once. */
export type FormFault = { readonly field: string | null };

const MAX_HEADER_BYTES = 8 * 1024;
const MAX_PARTS = 1000;
/** A field that tells some parsers how the others are coded. */
const CHARSET_FIELD = "_charset_";
const CR = 0x0d;
const LF = 0x0a;
const DASH = 0x2d;
const HEADER_END = Buffer.from("\r\n\r\n");
/** RFC 2046: what a boundary consists of; it never ends in a space. */
const BOUNDARY = /^[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]$/;
const BROKEN: FormFault = { field: null };

/** Narrows the result of `scanMultipart`. */
export function isFormFault(result: FormScan | FormFault): result is FormFault {
  return "field" in result;
}

/** The boundary that a content type of forms names; undefined: it is no form; null: a form without one that can be used. */
export function boundaryOf(contentType: string | undefined): string | null | undefined {
  if (contentType === undefined || !/^\s*multipart\//i.test(contentType)) return undefined;
  const type = readParameters(contentType.trim());
  if (type?.value !== "multipart/form-data") return null;
  for (const [name, value] of type.parameters) if (!isOfForms(name, value)) return null;
  const boundary = type.parameters.get("boundary");
  return boundary !== undefined && BOUNDARY.test(boundary) ? boundary : null;
}

/** A parameter that no parser reads the form otherwise by: not `boundary*`, and no charset in which names are other names. */
function isOfForms(name: string, value: string): boolean {
  return name === "boundary" || (name === "charset" && /^utf-?8$/i.test(value));
}

/**
 * Checks a `multipart/form-data` body and finds the fields that are read in one pass, without copying anything (protocols-and-pricing.md 4.2).
 * It is stricter than most parsers, so that none of them reads another model than the one that is checked: lines end in CRLF; nothing but line
 * ends stands before the first delimiter and behind the last; a delimiter is never a part of a content; headers of a part take 8 KiB at most
 * and can be read in one way only; a governed field is plain UTF-8 text and is given once.
 * @param governed fields that are read, lower-case ASCII
 */
export function scanMultipart(body: Uint8Array, boundary: string, governed: readonly string[]): FormScan | FormFault {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const delimiter = Buffer.from(`--${boundary}`);
  const form = new Form(bytes, governed);
  let at = skipLineEnds(bytes, 0);
  if (!startsWith(bytes, at, delimiter)) return BROKEN;
  for (let part = 0; part <= MAX_PARTS; part++) {
    at += delimiter.length;
    if (isLast(bytes, at)) return form;
    const span = partAt(bytes, at, delimiter);
    if (span === null) return BROKEN;
    const fault = form.take(span);
    if (fault !== null) return fault;
    at = span.next;
  }
  return BROKEN;
}

type Part = FormField & { readonly header: Buffer; readonly next: number };

/** The two dashes of the last delimiter, and nothing but line ends behind them. */
function isLast(bytes: Buffer, at: number): boolean {
  return bytes[at] === DASH && bytes[at + 1] === DASH && skipLineEnds(bytes, at + 2) === bytes.length;
}

/** The part behind a delimiter that ends at `at`; null: it is broken. The line end before the next delimiter belongs to that. */
function partAt(bytes: Buffer, at: number, delimiter: Buffer): Part | null {
  if (!isLineEnd(bytes, at)) return null;
  const headerEnd = endOfHeader(bytes, at + 2);
  if (headerEnd === -1) return null;
  const valueStart = headerEnd + HEADER_END.length;
  const next = bytes.indexOf(delimiter, valueStart);
  const valueEnd = next - 2;
  if (valueEnd < valueStart || !isLineEnd(bytes, valueEnd)) return null;
  return { header: bytes.subarray(at + 2, headerEnd), valueStart, valueEnd, next };
}

/** Collects what is known of a form while its parts are read. */
class Form implements FormScan {
  readonly bytes: Buffer;
  readonly fields = new Map<string, FormField>();
  fileCount = 0;
  fileBytes = 0;
  readonly #governed: readonly string[];

  constructor(bytes: Buffer, governed: readonly string[]) {
    this.bytes = bytes;
    this.#governed = governed;
  }

  /** Takes a part; answers what is wrong with it. */
  take({ header: block, valueStart, valueEnd }: Part): FormFault | null {
    const header = readPartHeader(block);
    if (header === null || header.name.toLowerCase() === CHARSET_FIELD) return BROKEN;
    const { name, isFile, isUtf8: isText } = header;
    if (isFile) {
      this.fileCount++;
      this.fileBytes += valueEnd - valueStart;
    }
    const field = this.#fieldOf(name);
    if (field === null) return null;
    const isPlain = field === name && !isFile && isText && isUtf8(this.bytes.subarray(valueStart, valueEnd));
    if (!isPlain) return BROKEN;
    if (this.fields.has(field)) return { field };
    this.fields.set(field, { valueStart, valueEnd });
    return null;
  }

  /** The governed field that some parser may take a name for: whatever its case, or with an index behind it. */
  #fieldOf(name: string): string | null {
    const [plain = ""] = name.split("[");
    const folded = plain.toUpperCase().toLowerCase().trim();
    return this.#governed.find((field) => field === folded) ?? null;
  }
}

function endOfHeader(bytes: Buffer, from: number): number {
  const end = bytes.subarray(from, from + MAX_HEADER_BYTES + HEADER_END.length).indexOf(HEADER_END);
  return end === -1 ? -1 : from + end;
}

function startsWith(bytes: Buffer, at: number, what: Buffer): boolean {
  return bytes.subarray(at, at + what.length).equals(what);
}

function isLineEnd(bytes: Buffer, at: number): boolean {
  return bytes[at] === CR && bytes[at + 1] === LF;
}

function skipLineEnds(bytes: Buffer, from: number): number {
  let at = from;
  while (isLineEnd(bytes, at)) at += 2;
  return at;
}
