import { integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { instant } from "./columns";

/** Attempts per subject in a 15 minute window, shared by all replicas; the subject is a digest. Data. */
export const signInAttempts = pgTable(
  "sign_in_attempts",
  {
    kind: text("kind").notNull(),
    subject: text("subject").notNull(),
    windowStart: instant("window_start").notNull(),
    count: integer("count").notNull(),
  },
  (table) => [primaryKey({ name: "sign_in_attempts_pkey", columns: [table.kind, table.subject] })],
);
