import { sql } from "drizzle-orm";
import { index, integer, jsonb, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import { identity, instant, instantNow, safeBigint } from "./columns";
import { users } from "./users";

/** What opens `/api/v1`: digests of the current secret and, during a rotation, of the older one. Data. */
export const accessTokens = pgTable(
  "access_tokens",
  {
    id: identity(),
    version: integer("version").notNull().default(1),
    createdAt: instantNow("created_at"),
    updatedAt: instantNow("updated_at"),
    userId: safeBigint("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    prefix: text("prefix").notNull(),
    /** SHA-256 as 64 hex digits. */
    digest: text("digest").notNull(),
    previousPrefix: text("previous_prefix"),
    previousDigest: text("previous_digest"),
    previousExpiresAt: instant("previous_expires_at"),
    scopes: jsonb("scopes").$type<readonly string[]>().notNull(),
    /** null: never. */
    expiresAt: instant("expires_at"),
    lastUsedAt: instant("last_used_at"),
    revokedAt: instant("revoked_at"),
  },
  (table) => [
    uniqueIndex("access_tokens_digest_key").on(table.digest),
    uniqueIndex("access_tokens_previous_digest_key").on(table.previousDigest),
    uniqueIndex("access_tokens_name_key")
      .on(table.userId, sql`lower(${table.name})`)
      .where(sql`${table.revokedAt} IS NULL`),
    index("access_tokens_user").on(table.userId),
  ],
);
