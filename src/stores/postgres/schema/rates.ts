import { sql } from "drizzle-orm";
import { check, index, integer, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import type { RateMetric, RateSubject } from "@/core/vocabulary";
import { safeBigint, versioned } from "./columns";
import { keys } from "./keys";
import { modelGroups } from "./model-groups";
import { userGroups } from "./user-groups";
import { users } from "./users";

/** Request rates by subject, target and metric (channels-and-rates.md R1). Configuration. */
export const rates = pgTable(
  "rates",
  {
    ...versioned(),
    subjectType: text("subject_type").$type<RateSubject>().notNull(),
    userId: safeBigint("user_id").references(() => users.id, { onDelete: "cascade" }),
    userGroupId: safeBigint("user_group_id").references(() => userGroups.id, { onDelete: "cascade" }),
    keyId: safeBigint("key_id").references(() => keys.id, { onDelete: "cascade" }),
    modelGroupId: safeBigint("model_group_id").references(() => modelGroups.id, { onDelete: "cascade" }),
    /** Trimmed, in lower case. With neither this nor a model group it aims at all models. */
    model: text("model"),
    metric: text("metric").$type<RateMetric>().notNull(),
    /** null: unlimited. */
    amount: integer("amount"),
    /** Set: a bucket of that size (R6). */
    burst: integer("burst"),
  },
  (table) => [
    uniqueIndex("rates_rule_key").on(
      table.subjectType,
      sql`coalesce(${table.userId}, 0)`,
      sql`coalesce(${table.userGroupId}, 0)`,
      sql`coalesce(${table.keyId}, 0)`,
      sql`coalesce(${table.modelGroupId}, 0)`,
      sql`coalesce(${table.model}, '')`,
      table.metric,
    ),
    index("rates_user").on(table.userId),
    index("rates_user_group").on(table.userGroupId),
    index("rates_key").on(table.keyId),
    index("rates_model_group").on(table.modelGroupId),
    check(
      "rates_subject_check",
      sql`CASE ${table.subjectType} WHEN 'everyone' THEN num_nonnulls(${table.userId}, ${table.userGroupId}, ${table.keyId}) = 0 WHEN 'user' THEN ${table.userId} IS NOT NULL AND num_nonnulls(${table.userGroupId}, ${table.keyId}) = 0 WHEN 'user_group' THEN ${table.userGroupId} IS NOT NULL AND num_nonnulls(${table.userId}, ${table.keyId}) = 0 WHEN 'override' THEN num_nonnulls(${table.userId}, ${table.userGroupId}) = 2 AND ${table.keyId} IS NULL WHEN 'key' THEN ${table.keyId} IS NOT NULL AND num_nonnulls(${table.userId}, ${table.userGroupId}) = 0 ELSE false END`,
    ),
    check("rates_target_check", sql`num_nonnulls(${table.modelGroupId}, ${table.model}) < 2`),
    check("rates_metric_check", sql`${table.metric} IN ('rpm', 'total', 'successful')`),
    check("rates_amount_check", sql`${table.amount} >= 1`),
    check(
      "rates_burst_check",
      sql`${table.burst} IS NULL OR (${table.metric} <> 'successful' AND ${table.burst} BETWEEN 1 AND coalesce(${table.amount}, 0))`,
    ),
    check("rates_managed_by_check", sql`${table.managedBy} = 'file'`),
  ],
);
