import { AppError } from "@/core/errors";
import { type BodyScan, governedFields, isScanError, scanBody } from "../scan-body";
import type { Edit } from "../splice-body";
import { INCLUDE_USAGE, STREAM_OPTIONS } from "./wire";

const FIELDS = governedFields([INCLUDE_USAGE]);
const MEMBER = `"${INCLUDE_USAGE}":true`;

/** What a body says about usage in its stream, and the edits that make the upstream report it (4.3). */
export type StreamUsage = { readonly isAsked: boolean; readonly edits: readonly Edit[] };

const NO_EDITS: StreamUsage = { isAsked: false, edits: [] };

/**
 * Reads `stream_options` of a scanned body. There are no edits when the client asks for the usage itself, and none for a type that Sluice
 * does not understand.
 * @throws `invalid_body` for a key that equals `include_usage` under case folding only
 */
export function readStreamUsage(scan: BodyScan): StreamUsage {
  const member = scan.members.get(STREAM_OPTIONS);
  if (member === undefined) {
    const text = `"${STREAM_OPTIONS}":{${MEMBER}}${scan.isEmpty ? "" : ","}`;
    return { isAsked: false, edits: [{ start: scan.bodyStart, end: scan.bodyStart, text }] };
  }
  const { valueStart: start, valueEnd: end } = member;
  if (member.type === "null") return { isAsked: false, edits: [{ start, end, text: `{${MEMBER}}` }] };
  return member.type === "object" ? readObject(scan, start, end) : NO_EDITS;
}

function readObject(scan: BodyScan, start: number, end: number): StreamUsage {
  const options = scanBody(scan.bytes.subarray(start, end), FIELDS);
  if (isScanError(options))
    throw new AppError("invalid_body", { offset: start + options.offset, reason: options.reason });
  const member = options.members.get(INCLUDE_USAGE);
  if (member === undefined) {
    const at = start + options.bodyStart;
    return { isAsked: false, edits: [{ start: at, end: at, text: options.isEmpty ? MEMBER : `${MEMBER},` }] };
  }
  const value = scan.bytes.toString("latin1", start + member.valueStart, start + member.valueEnd);
  if (value === "true") return { isAsked: true, edits: [] };
  if (value !== "false" && value !== "null") return NO_EDITS;
  return { isAsked: false, edits: [{ start: start + member.valueStart, end: start + member.valueEnd, text: "true" }] };
}
