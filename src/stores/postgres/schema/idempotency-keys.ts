import { index, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { instant } from "./columns";

/** Replies of calls that came with an idempotency key. Data. */
export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    /** Whose key it is (`actorScope`). */
    scope: text("scope").notNull(),
    key: text("key").notNull(),
    operation: text("operation").notNull(),
    /** The reply and a digest of the input, sealed together: replies hold secrets, and inputs must not be guessed from a digest. */
    sealedReply: text("sealed_reply").notNull().default(""),
    createdAt: instant("created_at").notNull(),
  },
  (table) => [
    primaryKey({ name: "idempotency_keys_pkey", columns: [table.scope, table.key] }),
    index("idempotency_keys_created_at_idx").on(table.createdAt),
  ],
);
