import { index, pgTable, text } from "drizzle-orm/pg-core";
import { instant, safeBigint } from "./columns";

/**
 * Where stored responses are and whose key made them (protocols-and-pricing.md N5). No foreign keys: a response whose channel or user is gone is
 * still nobody else's. Data.
 */
export const responseHomes = pgTable(
  "response_homes",
  {
    /** SHA-256 of the response's id, base64url: clients send ids of any length. */
    digest: text("digest").primaryKey(),
    channelId: safeBigint("channel_id").notNull(),
    userId: safeBigint("user_id").notNull(),
    /** As it was asked for. */
    model: text("model").notNull(),
    keptAt: instant("kept_at").notNull(),
  },
  (table) => [index("response_homes_kept_at_idx").on(table.keptAt)],
);
