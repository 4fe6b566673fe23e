import { jsonb, pgTable, text } from "drizzle-orm/pg-core";
import { instantNow } from "./columns";

/** Stored settings; what has no row is a default. Configuration. */
export const settings = pgTable("settings", {
  name: text("name").primaryKey(),
  value: jsonb("value").$type<unknown>().notNull(),
  updatedAt: instantNow("updated_at"),
});
