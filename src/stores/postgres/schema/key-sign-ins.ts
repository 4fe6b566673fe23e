import { index, pgTable, text } from "drizzle-orm/pg-core";
import { instant, safeBigint } from "./columns";
import { keySecrets } from "./key-secrets";

/** Sign-ins with a key; they go with the secret that made them. Data. */
export const keySignIns = pgTable(
  "key_sign_ins",
  {
    /** SHA-256 of the cookie as 64 hex digits. */
    digest: text("digest").primaryKey(),
    keySecretId: safeBigint("key_secret_id")
      .notNull()
      .references(() => keySecrets.id, { onDelete: "cascade" }),
    createdAt: instant("created_at").notNull(),
    seenAt: instant("seen_at").notNull(),
  },
  (table) => [index("key_sign_ins_key_secret").on(table.keySecretId)],
);
