import { sql } from "drizzle-orm";
import { check, index, integer, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import type { PriceRow } from "@/core/prices/price";
import { channels } from "./channels";
import { identity, instant, instantNow, safeBigint } from "./columns";

/** Price rows; never edited, a newer row takes over (protocols-and-pricing.md 7.1). Configuration. */
export const prices = pgTable(
  "prices",
  {
    id: identity(),
    model: text("model").notNull(),
    channelId: safeBigint("channel_id").references(() => channels.id, { onDelete: "cascade" }),
    provider: text("provider"),
    source: text("source").$type<PriceRow["source"]>().notNull(),
    effectiveFrom: instant("effective_from").notNull(),
    serviceTier: text("service_tier").notNull().default("standard"),
    minInputTokens: safeBigint("min_input_tokens").notNull().default(0),
    dailyUtcFrom: integer("daily_utc_from"),
    dailyUtcTo: integer("daily_utc_to"),
    /** Component -> pico-USD per unit as decimal text. */
    components: jsonb("components").$type<Readonly<Record<string, string>>>().notNull(),
    priceAs: text("price_as"),
    createdBy: text("created_by").notNull(),
    createdAt: instantNow("created_at"),
  },
  (table) => [
    index("prices_model").on(table.model),
    index("prices_channel").on(table.channelId),
    check("prices_source_check", sql`${table.source} IN ('admin', 'catalogue')`),
    check("prices_min_input_tokens_check", sql`${table.minInputTokens} >= 0`),
    check("prices_daily_check", sql`(${table.dailyUtcFrom} IS NULL) = (${table.dailyUtcTo} IS NULL)`),
  ],
);
