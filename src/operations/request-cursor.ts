import type { RequestCursor } from "@/core/ledger/request-log";
import { parseRequestId } from "@/lib/id";
import { readListCursor, writeListCursor } from "./list-cursor";

/** A position in a filtered list of requests or denials as opaque text; it belongs to its filters. */
export function writeCursor(cursor: RequestCursor, filter: object): string {
  return writeListCursor([cursor.at, cursor.id], filter);
}

/** The position behind a cursor; null without one. Throws cursor_invalid, and cursor_mismatch when the filters are others. */
export function readCursor(text: string | undefined, filter: object): RequestCursor | null {
  return readListCursor(text, filter, ([at, id]) => {
    if (typeof at !== "number" || !Number.isSafeInteger(at) || Math.abs(at) > 8.64e15) return null;
    return typeof id === "string" && parseRequestId(id) !== null ? { at, id } : null;
  });
}
