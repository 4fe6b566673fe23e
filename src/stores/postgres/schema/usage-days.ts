import { sql } from "drizzle-orm";
import { boolean, check, index, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { instant, safeBigint } from "./columns";

/** Sums of `usage_hours` per day of the system's zone, for long reports; written by the roll-up alone. Data. */
export const usageDays = pgTable(
  "usage_days",
  {
    /** `all` tells everything apart; `keys` users and keys alone, `models` models, groups and channels alone, with 0 or nothing for the rest. */
    kind: text("kind").$type<"all" | "keys" | "models">().notNull(),
    /** Start of the day; its end stands in `usage_rolled_days`. */
    first: instant("first").notNull(),
    userId: safeBigint("user_id").notNull(),
    keyId: safeBigint("key_id").notNull(),
    model: text("model").notNull(),
    modelGroupId: safeBigint("model_group_id").notNull(),
    channelId: safeBigint("channel_id").notNull(),
    countedInUserGlobal: boolean("counted_in_user_global").notNull(),
    countedInKeyGlobal: boolean("counted_in_key_global").notNull(),
    costNanoUsd: safeBigint("cost_nusd").notNull(),
    requests: safeBigint("requests").notNull(),
    tokens: safeBigint("tokens").notNull(),
    inputTokens: safeBigint("input_tokens").notNull(),
    cachedTokens: safeBigint("cached_tokens").notNull(),
    outputTokens: safeBigint("output_tokens").notNull(),
    entries: safeBigint("entries").notNull(),
    errors: safeBigint("errors").notNull(),
    denied: safeBigint("denied").notNull(),
  },
  (table) => [
    primaryKey({
      name: "usage_days_pkey",
      columns: [
        table.kind,
        table.first,
        table.userId,
        table.keyId,
        table.model,
        table.modelGroupId,
        table.channelId,
        table.countedInUserGlobal,
        table.countedInKeyGlobal,
      ],
    }),
    index("usage_days_model").on(table.model, table.first).where(sql`kind = 'all'`),
    check("usage_days_kind_check", sql`${table.kind} IN ('all', 'keys', 'models')`),
  ],
);

/** Which days stand in `usage_days`; no two overlap, whatever the zone was when they were summed up. Data. */
export const usageRolledDays = pgTable("usage_rolled_days", {
  first: instant("first").primaryKey(),
  past: instant("past").notNull(),
});
