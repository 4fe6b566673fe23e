import { and, asc, desc, eq, type SQL, sql } from "drizzle-orm";
import type { PriceRow } from "@/core/prices/price";
import type { PricePosition, PriceStore } from "@/core/prices/price-store";
import { holdConfig } from "./config-writer";
import type { Handle } from "./handle";
import { listPage } from "./list-page";
import { prices } from "./schema/prices";
import { containsText } from "./updates";

function toPriceRow({ createdBy, createdAt, ...row }: typeof prices.$inferSelect): PriceRow {
  const components = Object.entries(row.components).map(([name, amount]) => [name, BigInt(amount)] as const);
  return { ...row, components: Object.fromEntries(components) };
}

function toPriceValues({ components, ...row }: Omit<PriceRow, "id">, createdBy: string): typeof prices.$inferInsert {
  const texts = Object.entries(components).map(([name, amount]) => [name, amount.toString()] as const);
  return { ...row, components: Object.fromEntries(texts), createdBy };
}

const selectPrices = (tx: Handle, where: SQL | undefined) =>
  tx.select().from(prices).where(where).orderBy(asc(prices.model), desc(prices.effectiveFrom), asc(prices.id));

function beyond(after: PricePosition | null): SQL | undefined {
  if (after === null) return undefined;
  const from = sql`${new Date(after.effectiveFrom).toISOString()}::timestamptz`;
  return sql`(${prices.model} > ${after.model}::text or (${prices.model} = ${after.model}::text and (${prices.effectiveFrom} < ${from}
    or (${prices.effectiveFrom} = ${from} and ${prices.id} > ${after.id}::bigint))))`;
}

/** A statement has room for 65,535 values. */
const BATCH = 1_000;

/** Price rows in PostgreSQL, by model, newest first. */
export function priceStore(tx: Handle): PriceStore {
  return {
    hold: () => holdConfig(tx),
    async list({ model, source }) {
      const rows = await selectPrices(
        tx,
        and(
          model === undefined ? undefined : eq(prices.model, model),
          source === undefined ? undefined : eq(prices.source, source),
        ),
      );
      return rows.map(toPriceRow);
    },
    async page({ q }, { limit, after }) {
      const where = and(eq(prices.source, "admin"), q === undefined ? undefined : containsText(prices.model, q));
      const rows = await selectPrices(tx, and(where, beyond(after))).limit(limit + 1);
      return listPage(rows.map(toPriceRow), limit, await tx.$count(prices, where));
    },
    async insert(rows, createdBy) {
      if (rows.length === 0) return [];
      const inserted: PriceRow[] = [];
      for (let from = 0; from < rows.length; from += BATCH) {
        const values = rows.slice(from, from + BATCH).map((row) => toPriceValues(row, createdBy));
        inserted.push(...(await tx.insert(prices).values(values).returning()).map(toPriceRow));
      }
      return inserted;
    },
  };
}
