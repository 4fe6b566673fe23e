import { eq, isNull, type SQL } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import type { Page } from "@/core/vocabulary";

const COUNT_CAP = 10_000;

/** A page of rows that were read one beyond `limit`, with the number of all rows that match. */
export function pageOf<Row extends { readonly id: number }>(
  rows: readonly Row[],
  limit: number,
  count: number,
): Page<Row> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const nextCursor = rows.length > limit && last !== undefined ? String(last.id) : null;
  return { items, nextCursor, total: { value: Math.min(count, COUNT_CAP), capped: count > COUNT_CAP } };
}

/** True where a row aims at that model group; null: at all other models. */
export const atModelGroup = (column: PgColumn, modelGroupId: number | null): SQL =>
  modelGroupId === null ? isNull(column) : eq(column, modelGroupId);
