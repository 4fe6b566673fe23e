import { index, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import { identity, instant, safeBigint } from "./columns";

/** What admins and users did: append-only, without secrets. Data. */
export const auditLog = pgTable(
  "audit_log",
  {
    id: identity(),
    at: instant("at").notNull(),
    actorKind: text("actor_kind").notNull(),
    actorUserId: safeBigint("actor_user_id"),
    actorName: text("actor_name").notNull(),
    address: text("address"),
    operation: text("operation").notNull(),
    target: text("target").notNull(),
    before: jsonb("before").$type<unknown>(),
    after: jsonb("after").$type<unknown>(),
  },
  (table) => [index("audit_log_time").on(table.at, table.id)],
);
