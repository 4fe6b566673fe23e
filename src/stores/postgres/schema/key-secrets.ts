import { sql } from "drizzle-orm";
import { pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import { identity, instant, instantNow, safeBigint } from "./columns";
import { keys } from "./keys";

/** Digests of the secrets of a key: the current one (`expires_at` null) and, during a rotation, the older one. Configuration. */
export const keySecrets = pgTable(
  "key_secrets",
  {
    id: identity(),
    keyId: safeBigint("key_id")
      .notNull()
      .references(() => keys.id, { onDelete: "cascade" }),
    /** SHA-256 as 64 hex digits. */
    digest: text("digest").notNull(),
    prefix: text("prefix").notNull(),
    lastFour: text("last_four").notNull(),
    expiresAt: instant("expires_at"),
    createdAt: instantNow("created_at"),
  },
  (table) => [
    uniqueIndex("key_secrets_digest_key").on(table.digest),
    uniqueIndex("key_secrets_current_key").on(table.keyId).where(sql`${table.expiresAt} IS NULL`),
    uniqueIndex("key_secrets_previous_key").on(table.keyId).where(sql`${table.expiresAt} IS NOT NULL`),
  ],
);
