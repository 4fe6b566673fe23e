import { hash } from "node:crypto";
import { AppError } from "@/core/errors";

/** A position in a filtered list as opaque text; it belongs to its filters. */
export function writeListCursor(position: readonly (string | number)[], filter: object): string {
  return Buffer.from(JSON.stringify([...position, digestOf(filter)])).toString("base64url");
}

/**
 * The position behind a cursor, judged and read by `read`, which answers null for one that is none; null without a cursor. Throws
 * cursor_invalid, and cursor_mismatch when the filters are others.
 */
export function readListCursor<Position>(
  text: string | undefined,
  filter: object,
  read: (parts: readonly unknown[]) => Position | null,
): Position | null {
  if (text === undefined) return null;
  const parts = parse(text);
  const position = parts === null ? null : read(parts.slice(0, -1));
  if (parts === null || position === null) throw new AppError("cursor_invalid");
  if (parts.at(-1) !== digestOf(filter)) throw new AppError("cursor_mismatch");
  return position;
}

/** The position of lists that are sorted by id alone. */
export function readIdPosition([id]: readonly unknown[]): number | null {
  return typeof id === "number" && Number.isSafeInteger(id) && id > 0 ? id : null;
}

/** The cursor behind a page of rows that are sorted by id alone; null on the last page. */
export function nextIdCursor(
  page: { readonly items: readonly { readonly id: number }[]; readonly nextCursor: string | null },
  filter: object,
): string | null {
  const last = page.items.at(-1);
  return page.nextCursor === null || last === undefined ? null : writeListCursor([last.id], filter);
}

/** The filters that were given. */
export function givenFilters<Filter extends object>(
  filter: Filter,
): { [Name in keyof Filter]?: Exclude<Filter[Name], undefined> } {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as { [Name in keyof Filter]?: Exclude<Filter[Name], undefined> };
}

function parse(text: string): readonly unknown[] | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    return Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function digestOf(filter: object): string {
  const entries = Object.entries(filter).sort(([a], [b]) => (a < b ? -1 : 1));
  return hash("sha256", JSON.stringify(entries), "base64url").slice(0, 12);
}
