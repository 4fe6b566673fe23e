import { pgTable, text } from "drizzle-orm/pg-core";
import { instant, safeBigint } from "./columns";

/** Heartbeats of the running processes. Data. */
export const replicas = pgTable("replicas", {
  id: text("id").primaryKey(),
  role: text("role").notNull(),
  release: text("release").notNull(),
  configVersion: safeBigint("config_version").notNull(),
  startedAt: instant("started_at").notNull(),
  seenAt: instant("seen_at").notNull(),
  /** When another process had brought everything of its journal to the ledger; null: not yet. */
  adoptedAt: instant("adopted_at"),
});
