import { sql } from "drizzle-orm";
import { boolean, check, integer, pgTable, text } from "drizzle-orm/pg-core";
import { instant } from "./columns";

/** One row: the one-time setup token as a digest, the wrong tries since, and whether the wizard was dismissed. Data. */
export const setup = pgTable(
  "setup",
  {
    onlyRow: boolean("only_row").primaryKey().default(true),
    tokenDigest: text("token_digest"),
    expiresAt: instant("expires_at"),
    attempts: integer("attempts").notNull().default(0),
    attemptsSince: instant("attempts_since"),
    dismissedAt: instant("dismissed_at"),
  },
  (table) => [check("setup_only_row_check", sql`${table.onlyRow}`)],
);
