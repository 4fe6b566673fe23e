import { AppError } from "@/core/errors";
import { invalidField } from "../read-fields";
import { type BodyScan, type GovernedFields, isScanError, type SeenMember, scanBody } from "../scan-body";
import { type Edit, standingEdits } from "../splice-body";
import type { Spellings } from "./wire";

/** An object inside a body: its own scan, where it begins in the body, and the edits that make it plain for every parser (4.3). */
export type NestedObject = { readonly scan: BodyScan; readonly offset: number; readonly edits: readonly Edit[] };

/**
 * Scans the object that a member or an element of a body is; null when it is of another type.
 * @throws `invalid_body` for a key that equals a governed one under case folding only
 */
export function nestedObject(
  { bytes }: BodyScan,
  { valueStart: offset, valueEnd, type }: SeenMember,
  fields: GovernedFields,
): NestedObject | null {
  if (type !== "object") return null;
  const scan = scanBody(bytes.subarray(offset, valueEnd), fields);
  if (isScanError(scan)) throw new AppError("invalid_body", { offset: offset + scan.offset, reason: scan.reason });
  return { scan, offset, edits: standingEdits(scan, offset) };
}

/** The spelling of a field that a scan holds; the first when it holds none. Throws `invalid_body` for both: which one counts is anyone's guess. */
export function spellingIn({ members }: BodyScan, [camel, snake]: Spellings): string {
  if (!members.has(snake)) return camel;
  if (members.has(camel)) throw invalidField(snake, `left out beside ${camel}`);
  return snake;
}
