import { and, asc, desc, eq } from "drizzle-orm";
import type { PriceRow } from "@/core/prices/price";
import type { PriceStore } from "@/core/prices/price-store";
import { holdConfig } from "./config-writer";
import type { Handle } from "./handle";
import { prices } from "./schema/prices";

function toPriceRow({ createdBy, createdAt, ...row }: typeof prices.$inferSelect): PriceRow {
  const components = Object.entries(row.components).map(([name, amount]) => [name, BigInt(amount)] as const);
  return { ...row, components: Object.fromEntries(components) };
}

function toPriceValues({ components, ...row }: Omit<PriceRow, "id">, createdBy: string): typeof prices.$inferInsert {
  const texts = Object.entries(components).map(([name, amount]) => [name, amount.toString()] as const);
  return { ...row, components: Object.fromEntries(texts), createdBy };
}

/** A statement has room for 65,535 values. */
const BATCH = 1_000;

/** Price rows in PostgreSQL, by model, newest first. */
export function priceStore(tx: Handle): PriceStore {
  return {
    hold: () => holdConfig(tx),
    async list({ model, source }) {
      const rows = await tx
        .select()
        .from(prices)
        .where(
          and(
            model === undefined ? undefined : eq(prices.model, model),
            source === undefined ? undefined : eq(prices.source, source),
          ),
        )
        .orderBy(asc(prices.model), desc(prices.effectiveFrom), asc(prices.id));
      return rows.map(toPriceRow);
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
