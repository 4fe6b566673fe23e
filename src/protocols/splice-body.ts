import type { BodySlices } from "./protocol";
import type { BodyScan } from "./scan-body";

/** One change to a body: the bytes from `start` to `end` give way to `text`. Edits of one body never overlap. */
export type Edit = { readonly start: number; readonly end: number; readonly text: string };

/** A body ready to send. */
export type SplicedBody = { readonly slices: BodySlices; readonly contentLength: number };

/** Below this size, or above this many slices, one copy costs less than many writes. */
const COPY_BELOW_BYTES = 32_768;
const MAX_SLICES = 32;

/**
 * Applies edits to a scanned body together with the changes every body gets (protocols-and-pricing.md 4.3): the byte order mark and earlier
 * duplicates of governed members go, governed keys spelled with escapes are rewritten. All other bytes are sent as they came.
 */
export function spliceBody(scan: BodyScan, edits: readonly Edit[]): SplicedBody {
  return spliceBytes(scan.bytes, [...standingEdits(scan), ...edits], scan.start);
}

/** Applies edits to bytes, of which those before `start` are not sent. */
export function spliceBytes(bytes: Buffer, edits: readonly Edit[], start = 0): SplicedBody {
  const all = [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  const slices: Uint8Array[] = [];
  let contentLength = 0;
  const add = (slice: Uint8Array): void => {
    if (slice.length === 0) return;
    slices.push(slice);
    contentLength += slice.length;
  };
  let at = start;
  for (const edit of all) {
    add(bytes.subarray(at, edit.start));
    if (edit.text !== "") add(Buffer.from(edit.text));
    at = edit.end;
  }
  add(bytes.subarray(at));
  const copies = slices.length > 1 && (contentLength < COPY_BELOW_BYTES || slices.length > MAX_SLICES);
  return { slices: copies ? [Buffer.concat(slices, contentLength)] : slices, contentLength };
}

/**
 * The changes that a scanned object gets wherever it stands: earlier duplicates of governed members go, governed keys spelled with escapes
 * are rewritten.
 * @param offset where the scanned bytes begin in the body; 0: they are the body, whose edits `spliceBody` makes itself
 */
export function standingEdits(scan: BodyScan, offset = 0): Edit[] {
  const edits: Edit[] = [];
  for (let index = 0; index < scan.removed.length; index += 2) {
    const [start = 0, end = 0] = [scan.removed[index], scan.removed[index + 1]];
    edits.push({ start: offset + start, end: offset + end, text: "" });
  }
  for (const { isPlainKey, keyStart, keyEnd, name } of scan.members.values()) {
    if (!isPlainKey) edits.push({ start: offset + keyStart, end: offset + keyEnd, text: JSON.stringify(name) });
  }
  return edits;
}
