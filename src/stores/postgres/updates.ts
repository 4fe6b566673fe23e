import { and, eq, type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import { AppError } from "@/core/errors";

/** The columns that an optimistic update needs. */
type VersionedTable = { readonly id: PgColumn; readonly version: PgColumn };

/** What every update of a configuration entity sets besides its patch. */
export const stepOf = (table: VersionedTable) => ({
  version: sql<number>`${table.version} + 1`,
  updatedAt: sql<number>`now()`,
});

/** The row of an id, at the given version when one is given. */
export function rowAt(table: VersionedTable, id: number, version: number | undefined): SQL | undefined {
  return and(eq(table.id, id), version === undefined ? undefined : eq(table.version, version));
}

/** The row an update met; when it met none, `not_found`, or `version_conflict` if the entity exists (`found`). */
export async function updatedRow<Row>(rows: readonly unknown[], find: () => Promise<Row | null>): Promise<Row> {
  const found = await find();
  if (found === null) throw new AppError("not_found");
  if (rows.length === 0) throw new AppError("version_conflict");
  return found;
}

/** The row that was just inserted. Throws internal_error when it is not there, which would be a fault of ours. */
export async function insertedRow<Row>(
  rows: readonly { readonly id: number }[],
  find: (id: number) => Promise<Row | null>,
): Promise<Row> {
  const [inserted] = rows;
  const row = inserted === undefined ? null : await find(inserted.id);
  if (row === null) throw new AppError("internal_error");
  return row;
}

/** True where `text` contains `part`, ignoring case; no pattern characters. */
export const containsText = (text: PgColumn, part: string) => sql`position(lower(${part}) in lower(${text})) > 0`;

/** True where two names are the same ignoring case, as the unique indexes see it. */
export const sameName = (column: PgColumn, name: string) => sql`lower(${column}) = lower(${name})`;
