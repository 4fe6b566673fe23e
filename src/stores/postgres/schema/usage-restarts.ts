import { sql } from "drizzle-orm";
import { check, index, pgTable, text } from "drizzle-orm/pg-core";
import type { LimitAxis, LimitUnit } from "@/core/vocabulary";
import { identity, instantNow, safeBigint } from "./columns";
import { keys } from "./keys";
import { isUnit } from "./limits";
import { modelGroups } from "./model-groups";
import { users } from "./users";

/** Manual restarts of `total` windows; the newest per cell counts (quota.md Q17). Configuration. */
export const usageRestarts = pgTable(
  "usage_restarts",
  {
    id: identity(),
    subjectType: text("subject_type").$type<LimitAxis>().notNull(),
    userId: safeBigint("user_id").references(() => users.id, { onDelete: "cascade" }),
    keyId: safeBigint("key_id").references(() => keys.id, { onDelete: "cascade" }),
    /** null: global, all other models. */
    modelGroupId: safeBigint("model_group_id").references(() => modelGroups.id, { onDelete: "cascade" }),
    unit: text("unit").$type<LimitUnit>().notNull(),
    restartedAt: instantNow("restarted_at"),
    /** Name of who did it. */
    by: text("by").notNull(),
    note: text("note"),
  },
  (table) => [
    index("usage_restarts_user").on(table.userId),
    index("usage_restarts_key").on(table.keyId),
    index("usage_restarts_model_group").on(table.modelGroupId),
    check(
      "usage_restarts_subject_check",
      sql`CASE ${table.subjectType} WHEN 'user' THEN ${table.userId} IS NOT NULL WHEN 'key' THEN ${table.keyId} IS NOT NULL ELSE false END AND num_nonnulls(${table.userId}, ${table.keyId}) = 1`,
    ),
    check("usage_restarts_unit_check", isUnit(table.unit)),
  ],
);
