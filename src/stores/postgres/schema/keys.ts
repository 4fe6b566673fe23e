import { sql } from "drizzle-orm";
import { boolean, check, jsonb, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import { concurrency, instant, safeBigint, versioned } from "./columns";
import { users } from "./users";

/** What opens `/v1`, without its secrets. Configuration. */
export const keys = pgTable(
  "keys",
  {
    ...versioned(),
    userId: safeBigint("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    enabled: boolean("enabled").notNull().default(true),
    expiresAt: instant("expires_at"),
    /** Models the key may ask for; null = all. */
    models: jsonb("models").$type<readonly string[]>(),
    /** Canonical CIDRs from which it may call, and from which not; an empty list says nothing. */
    ipAllow: jsonb("ip_allow").$type<readonly string[]>().notNull().default(sql`'[]'::jsonb`),
    ipDeny: jsonb("ip_deny").$type<readonly string[]>().notNull().default(sql`'[]'::jsonb`),
    /** null: inherit. */
    maxConcurrent: concurrency("max_concurrent"),
  },
  (table) => [
    uniqueIndex("keys_name_key").on(table.userId, sql`lower(${table.name})`),
    check("keys_max_concurrent_check", sql`${table.maxConcurrent} >= 0`),
    check("keys_managed_by_check", sql`${table.managedBy} = 'file'`),
  ],
);
