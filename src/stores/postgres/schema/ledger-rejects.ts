import { pgTable, text } from "drizzle-orm/pg-core";
import { identity, instantNow } from "./columns";

/** Entries that PostgreSQL refused, kept aside as JSON text (jsonb might refuse them again; quota.md Q48). Data. */
export const ledgerRejects = pgTable("ledger_rejects", {
  id: identity(),
  rejectedAt: instantNow("rejected_at"),
  reason: text("reason").notNull(),
  entry: text("entry").notNull(),
});
