import { type SQL, sql } from "drizzle-orm";
import { check, index, type PgColumn, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import type { Enforcement, LimitMode, LimitState, LimitSubject, LimitUnit, LimitWindow } from "@/core/vocabulary";
import { safeBigint, versioned } from "./columns";
import { keys } from "./keys";
import { modelGroups } from "./model-groups";
import { userGroups } from "./user-groups";
import { users } from "./users";

/** SQL: the unit is one of the three (quota.md section 1). */
export const isUnit = (unit: PgColumn): SQL => sql`${unit} IN ('usd', 'tokens', 'requests')`;

/** SQL: the window is one of the five, the same for limits and boosts (quota.md section 1). */
export const isWindow = (window: PgColumn): SQL => sql`${window} IN ('total', 'monthly', 'weekly', 'daily', '5h')`;

/** SQL: the amount lies in the range of its unit, nano-USD or a count (quota.md Q2). */
export const isAmount = (amount: PgColumn, unit: PgColumn): SQL =>
  sql`${amount} BETWEEN 1 AND CASE ${unit} WHEN 'usd' THEN 9007199000000000 ELSE 9007199254740991 END`;

/** Limits of users, user groups and keys, each with one of the three subject columns (quota.md Q1, Q2). Configuration. */
export const limits = pgTable(
  "limits",
  {
    ...versioned(),
    subjectType: text("subject_type").$type<LimitSubject>().notNull(),
    userId: safeBigint("user_id").references(() => users.id, { onDelete: "cascade" }),
    userGroupId: safeBigint("user_group_id").references(() => userGroups.id, { onDelete: "cascade" }),
    keyId: safeBigint("key_id").references(() => keys.id, { onDelete: "cascade" }),
    /** null: global, all other models. */
    modelGroupId: safeBigint("model_group_id").references(() => modelGroups.id, { onDelete: "cascade" }),
    unit: text("unit").$type<LimitUnit>().notNull(),
    window: text("window").$type<LimitWindow>().notNull(),
    state: text("state").$type<LimitState>().notNull(),
    /** nano-USD or a count; null unless the state is `limit`. */
    amount: safeBigint("amount"),
    mode: text("mode").$type<LimitMode>(),
    enforcement: text("enforcement").$type<Enforcement>(),
    /** Config version at which state or mode changed last; stamped by a trigger (quota.md Q4). */
    stateVersion: safeBigint("state_version").notNull().default(0),
  },
  (table) => [
    uniqueIndex("limits_cell_key").on(
      table.subjectType,
      sql`coalesce(${table.userId}, ${table.userGroupId}, ${table.keyId})`,
      sql`coalesce(${table.modelGroupId}, 0)`,
      table.unit,
      table.window,
    ),
    index("limits_user").on(table.userId),
    index("limits_user_group").on(table.userGroupId),
    index("limits_key").on(table.keyId),
    index("limits_model_group").on(table.modelGroupId),
    check(
      "limits_subject_check",
      sql`CASE ${table.subjectType} WHEN 'user' THEN ${table.userId} IS NOT NULL WHEN 'user_group' THEN ${table.userGroupId} IS NOT NULL WHEN 'key' THEN ${table.keyId} IS NOT NULL ELSE false END AND num_nonnulls(${table.userId}, ${table.userGroupId}, ${table.keyId}) = 1`,
    ),
    check("limits_unit_check", isUnit(table.unit)),
    check("limits_window_check", isWindow(table.window)),
    check(
      "limits_state_check",
      sql`${table.state} IN ('limit', 'unlimited', 'block') AND (${table.state} = 'limit') = (${table.amount} IS NOT NULL)`,
    ),
    check("limits_amount_check", isAmount(table.amount, table.unit)),
    check(
      "limits_mode_check",
      sql`CASE ${table.window} WHEN '5h' THEN ${table.mode} IN ('rolling', 'fixed') WHEN 'total' THEN ${table.mode} IS NULL ELSE ${table.mode} IN ('calendar', 'rolling') END`,
    ),
    check("limits_enforcement_check", sql`${table.enforcement} IN ('shadow', 'lenient', 'balanced', 'strict')`),
    check("limits_managed_by_check", sql`${table.managedBy} = 'file'`),
  ],
);
