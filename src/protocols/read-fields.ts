import { AppError, type ErrorParams } from "@/core/errors";
import { type BodyScan, type GovernedFields, isScanError, type SeenMember, scanBody } from "./scan-body";
import { jsonSource, skipValue, skipWhite } from "./skip-json";

const MAX_MODEL_BYTES = 256;
/** A scalar longer than this is no number, flag or name that Sluice could mean. */
const MAX_SCALAR_BYTES = 4096;
const MAX_NUMBER_BYTES = 64;
const MAX_CHOICES = 128;
const MAX_CONVERSATION_BYTES = 512;
const MAX_ID_BYTES = 1024;
const QUOTE = 0x22;
const OPEN_BRACKET = 0x5b;
const COMMA = 0x2c;
/** Ids stand in paths. What an upstream could trim or fold is none: it would be known here under another name than there. */
const VISIBLE = /^[\x21-\x7e]+$/;

/** Scans a body, or throws `invalid_json` or `invalid_body` with `offset` and `reason`. */
export function scanOrThrow(body: Uint8Array, fields: GovernedFields): BodyScan {
  const scan = scanBody(body, fields);
  if (isScanError(scan)) throw new AppError(scan.code, { offset: scan.offset, reason: scan.reason });
  return scan;
}

/** An `invalid_body` that names the field and what it must be. */
export function invalidField(field: string, expected: string): AppError {
  const params: ErrorParams = { reason: "wrong_type", field, expected };
  return new AppError("invalid_body", params);
}

/**
 * The decoded value of a governed scalar; undefined when the member is absent, an object, an array or longer than any value meant here.
 * Throws `invalid_body` for a number that long: it may be a small one.
 */
function scalarOf(scan: BodyScan, name: string): string | number | boolean | null | undefined {
  const member = scan.members.get(name);
  if (member?.type === "number" && member.valueEnd - member.valueStart > MAX_NUMBER_BYTES)
    throw invalidField(name, `a number of at most ${MAX_NUMBER_BYTES} characters`);
  return seenScalar(scan, member);
}

function seenScalar(scan: BodyScan, member: SeenMember | undefined): string | number | boolean | null | undefined {
  if (member === undefined || member.type === "object" || member.type === "array") return undefined;
  if (member.valueEnd - member.valueStart > MAX_SCALAR_BYTES) return undefined;
  return decodeScalar(scan, member);
}

function decodeScalar(scan: BodyScan, member: SeenMember): string | number | boolean | null {
  switch (member.type) {
    case "null":
      return null;
    case "boolean":
      return scan.bytes[member.valueStart] === 0x74;
    case "string":
      return isPlain(scan.bytes, member.valueStart + 1, member.valueEnd - 1)
        ? scan.bytes.toString("latin1", member.valueStart + 1, member.valueEnd - 1)
        : JSON.parse(scan.bytes.toString("utf8", member.valueStart, member.valueEnd));
    default:
      return Number(scan.bytes.toString("latin1", member.valueStart, member.valueEnd));
  }
}

/** True when every byte of a string's span stands for itself: printable ASCII without a backslash. */
function isPlain(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === 0x5c || byte < 0x20 || byte > 0x7e) return false;
  }
  return true;
}

/** The model asked for: non-empty text of at most 256 bytes without control characters. Throws `model_required`, `invalid_body`. */
export function readModel(scan: BodyScan): string {
  if (!scan.members.has("model")) throw new AppError("model_required");
  return checkModelName(scalarOf(scan, "model"));
}

/** A model's name as a body or a path gives it. Throws `invalid_body` unless it is text of 1 to 256 bytes without control characters. */
export function checkModelName(model: unknown): string {
  if (typeof model !== "string" || model === "" || Buffer.byteLength(model) > MAX_MODEL_BYTES || !isCleanText(model)) {
    throw invalidField("model", "text of 1 to 256 bytes without control characters");
  }
  return model;
}

/** True for well-formed text without control characters. */
function isCleanText(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x20 || unit === 0x7f) return false;
    if (unit > 0x7f) return text.isWellFormed() && !/\p{Cc}/u.test(text);
  }
  return true;
}

/** Whether the client asked for a stream. Throws `invalid_body`. */
export function readStream(scan: BodyScan): boolean {
  return readFlag(scan, "stream");
}

/** A governed boolean or null; absent is false. Throws `invalid_body`. */
export function readFlag(scan: BodyScan, name: string): boolean {
  if (!scan.members.has(name)) return false;
  const flag = scalarOf(scan, name);
  if (typeof flag !== "boolean" && flag !== null) throw invalidField(name, "true, false or null");
  return flag === true;
}

/** The id of an object: null when it is absent, null or empty. Throws `invalid_body` for anything that could be read as another id than this one. */
export function readObjectId(scan: BodyScan, name: string): string | null {
  if (!scan.members.has(name)) return null;
  const id = scalarOf(scan, name);
  if (id === null || id === "") return null;
  if (typeof id !== "string" || id.length > MAX_ID_BYTES || !VISIBLE.test(id)) {
    throw invalidField(name, `text of at most ${MAX_ID_BYTES} visible ASCII characters, or null`);
  }
  return id;
}

/**
 * A max-token field (N6): null when it is absent or no number.
 * Throws `invalid_body` for negative, fractional and unsafe numbers.
 */
export function readTokenLimit(scan: BodyScan, name: string): number | null {
  const value = scalarOf(scan, name);
  if (typeof value !== "number") return null;
  if (!Number.isSafeInteger(value) || value < 0) throw invalidField(name, "a whole number from 0");
  return value;
}

/** The same where some upstreams take 0 for no limit at all: null, too. */
export function readOpenLimit(scan: BodyScan, name: string): number | null {
  const limit = readTokenLimit(scan, name);
  return limit === 0 ? null : limit;
}

/** `n` or `best_of`: 1 when it is absent or null. Throws `invalid_body` outside 1..128 and for a text, which some upstreams read as a number. */
export function readChoices(scan: BodyScan, name: string): number {
  const member = scan.members.get(name);
  if (member === undefined || member.type === "null") return 1;
  const value = scalarOf(scan, name);
  return checkChoices(typeof value === "number" ? value : Number.NaN, name);
}

/** A number of choices. Throws `invalid_body` outside 1..128. */
export function checkChoices(value: number, name: string): number {
  if (!Number.isInteger(value) || value < 1 || value > MAX_CHOICES)
    throw invalidField(name, "a whole number from 1 to 128");
  return value;
}

/** A governed text such as a service tier; null when it is absent or no text. */
export function readText(scan: BodyScan, name: string): string | null {
  const value = scalarOf(scan, name);
  return typeof value === "string" ? value : null;
}

/** Code points of a governed text of any length; 0 when it is absent or null. Throws `invalid_body` for another type. */
export function readCodePoints(scan: BodyScan, name: string): number {
  const member = scan.members.get(name);
  if (member === undefined || member.type === "null") return 0;
  if (member.type !== "string") throw invalidField(name, "text");
  const text: string = JSON.parse(scan.bytes.toString("utf8", member.valueStart, member.valueEnd));
  let count = text.length;
  for (let at = 1; at < text.length; at++) if (isLow(text, at) && isHigh(text, at - 1)) count--;
  return count;
}

function isHigh(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800;
}

function isLow(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xdc00;
}

/** Elements of an array that is only looked at, if the first is text or an array itself; else 1: one value. */
export function countInputs(scan: BodyScan, name: string): number {
  const member = scan.members.get(name);
  if (member?.type !== "array") return 1;
  const { bytes } = scan;
  const source = jsonSource(bytes);
  let at = skipWhite(bytes, member.valueStart + 1);
  if (bytes[at] !== QUOTE && bytes[at] !== OPEN_BRACKET) return 1;
  for (let count = 1; ; count++) {
    at = skipWhite(bytes, skipValue(source, at));
    if (bytes[at] !== COMMA) return count;
    at = skipWhite(bytes, at + 1);
  }
}

/** Texts of 1 to 512 bytes among members that are only looked at, by their names; undefined: there is none (protocols-and-pricing.md 2.2). */
export function readMarks(scan: BodyScan, names: readonly string[]): Readonly<Record<string, string>> | undefined {
  if (scan.seen.size === 0) return undefined;
  const found = names.flatMap((name) => {
    const value = readSeenText(scan, [name]);
    return value === null ? [] : [[name, value] as const];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

/** The first text of 1 to 512 bytes among members that are only looked at: a name for the conversation or its user; null: there is none. */
export function readSeenText(scan: BodyScan, names: readonly string[]): string | null {
  for (const name of names) {
    const value = seenScalar(scan, scan.seen.get(name));
    if (typeof value === "string" && value !== "" && Buffer.byteLength(value) <= MAX_CONVERSATION_BYTES) return value;
  }
  return null;
}
