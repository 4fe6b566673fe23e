import { and, asc, desc, eq } from "drizzle-orm";
import type { PriceRow } from "@/core/prices/price";
import type { PriceStore } from "@/core/prices/price-store";
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

/** Price rows in PostgreSQL, by model, newest first. */
export function priceStore(tx: Handle): PriceStore {
  return {
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
      const inserted = await tx
        .insert(prices)
        .values(rows.map((row) => toPriceValues(row, createdBy)))
        .returning();
      return inserted.map(toPriceRow);
    },
  };
}
