import { sql } from "drizzle-orm";
import { index, integer, jsonb, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { instant, safeBigint } from "./columns";

/** The log of refused requests, partitioned by month of `at`; best effort. Data. */
export const denials = pgTable(
  "denials",
  {
    id: uuid("id").notNull(),
    at: instant("at").notNull(),
    userId: safeBigint("user_id"),
    keyId: safeBigint("key_id"),
    keyPrefix: text("key_prefix"),
    protocol: text("protocol").notNull(),
    operation: text("operation"),
    model: text("model"),
    status: integer("status").notNull(),
    code: text("code").notNull(),
    params: jsonb("params").$type<Readonly<Record<string, unknown>>>().notNull().default(sql`'{}'::jsonb`),
    decision: jsonb("decision").$type<unknown>(),
  },
  (table) => [
    primaryKey({ name: "denials_pkey", columns: [table.id, table.at] }),
    index("denials_time").on(table.at, table.id),
    index("denials_user").on(table.userId, table.at, table.id),
    index("denials_key").on(table.keyId, table.at, table.id),
    index("denials_model").on(table.model, table.at, table.id),
    index("denials_code").on(table.code, table.at, table.id),
  ],
);
