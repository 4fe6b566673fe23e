import { type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import type { ListPage, NamePosition } from "@/core/vocabulary";

const COUNT_CAP = 10_000;

/** A page of rows that were read one beyond `limit`, with the number of all rows that match. */
export function listPage<Row>(rows: readonly Row[], limit: number, count: number): ListPage<Row> {
  const total = { value: Math.min(count, COUNT_CAP), capped: count > COUNT_CAP };
  return { items: rows.slice(0, limit), hasMore: rows.length > limit, total };
}

/** True where a row comes after a position in a list by name, ignoring case, and id; without a position everywhere. */
export function afterName(
  table: { readonly name: PgColumn; readonly id: PgColumn },
  after: NamePosition | null,
): SQL | undefined {
  if (after === null) return undefined;
  return sql`(lower(${table.name}), ${table.id}) > (lower(${after.name}::text), ${after.id}::bigint)`;
}
