import type { ListPage, NamePosition } from "@/core/vocabulary";
import { writeListCursor } from "./list-cursor";

/** How a list turns its rows into output: the filters its cursors belong to, a row's position, and what the API shows of a row. */
type ListShape<Row, Item> = {
  readonly filter: object;
  position(row: Row): readonly (string | number)[];
  item(row: Row): Item;
};

/** A page of a list as the API gives it. */
export function listOutput<Row, Item>(page: ListPage<Row>, { filter, position, item }: ListShape<NoInfer<Row>, Item>) {
  const last = page.items.at(-1);
  const nextCursor = page.hasMore && last !== undefined ? writeListCursor(position(last), filter) : null;
  return { items: page.items.map(item), nextCursor, total: page.total };
}

/** The page after a position of rows that are all at hand, sorted by a key that no two of them share. */
export function pageOfAll<Row>(
  rows: readonly Row[],
  { limit, after }: { readonly limit: number; readonly after: string | null },
  keyOf: (row: Row) => string,
): ListPage<Row> {
  const left = after === null ? rows : rows.filter((row) => keyOf(row) > after);
  const total = { value: rows.length, capped: false };
  return { items: left.slice(0, limit), hasMore: left.length > limit, total };
}

/** The position of a row in lists by name and id. */
export const namePosition = ({ name, id }: NamePosition) => [name, id];

/** The position of lists by name and id. */
export function readNamePosition([name, id]: readonly unknown[]): NamePosition | null {
  return isText(name) && isWhole(id) ? { name, id } : null;
}

/** The position of lists by a text alone. */
export function readTextPosition([text]: readonly unknown[]): string | null {
  return isText(text) ? text : null;
}

/** True for a text that a cursor can hold: one that the database takes. */
export function isText(value: unknown): value is string {
  return typeof value === "string" && [...value.slice(0, 402)].length <= 200 && !value.includes("\0");
}

/** True for a whole number. */
export function isWhole(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value);
}
