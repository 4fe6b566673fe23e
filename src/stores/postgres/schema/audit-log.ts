import { sql } from "drizzle-orm";
import { index, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import type { AuditRow } from "@/core/audit/audit";
import { identity, instant, safeBigint } from "./columns";

/** What admins and users did: append-only, without secrets. Data. */
export const auditLog = pgTable(
  "audit_log",
  {
    id: identity(),
    at: instant("at").notNull(),
    via: text("via").$type<AuditRow["via"]>(),
    actorKind: text("actor_kind").$type<AuditRow["actorKind"]>().notNull(),
    actorUserId: safeBigint("actor_user_id"),
    actorName: text("actor_name").notNull(),
    address: text("address"),
    operation: text("operation").notNull(),
    target: text("target").notNull(),
    before: jsonb("before").$type<unknown>(),
    after: jsonb("after").$type<unknown>(),
  },
  (table) => [
    index("audit_log_time").on(table.at, table.id),
    index("audit_log_target").on(table.target, table.at, table.id),
    index("audit_log_target_kind").on(sql`split_part(${table.target}, ':', 1)`, table.at, table.id),
    index("audit_log_actor").on(table.actorUserId, table.at, table.id),
    index("audit_log_operation").on(table.operation, table.at, table.id),
    index("audit_log_area").on(sql`split_part(${table.operation}, '.', 1)`, table.at, table.id),
  ],
);
