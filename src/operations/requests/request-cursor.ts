import { hash } from "node:crypto";
import { AppError } from "@/core/errors";
import type { RequestCursor, RequestFilter } from "@/core/ledger/request-log";
import { parseRequestId } from "@/lib/id";

/** A position in a filtered list as opaque text; it belongs to its filters. */
export function writeCursor(cursor: RequestCursor, filter: RequestFilter): string {
  return Buffer.from(JSON.stringify([cursor.at, cursor.id, digestOf(filter)])).toString("base64url");
}

/** The position behind a cursor; null without one. Throws cursor_invalid, and cursor_mismatch when the filters are others. */
export function readCursor(text: string | undefined, filter: RequestFilter): RequestCursor | null {
  if (text === undefined) return null;
  const parts = parse(text);
  const [at, id, digest] = parts ?? [];
  if (typeof at !== "number" || !Number.isSafeInteger(at) || Math.abs(at) > 8.64e15)
    throw new AppError("cursor_invalid");
  if (typeof id !== "string" || parseRequestId(id) === null) throw new AppError("cursor_invalid");
  if (digest !== digestOf(filter)) throw new AppError("cursor_mismatch");
  return { at, id };
}

function parse(text: string): readonly unknown[] | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    return Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function digestOf(filter: RequestFilter): string {
  const entries = Object.entries(filter).sort(([a], [b]) => (a < b ? -1 : 1));
  return hash("sha256", JSON.stringify(entries), "base64url").slice(0, 12);
}
