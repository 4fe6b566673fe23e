import { sql } from "drizzle-orm";
import { check, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import { safeBigint, versioned } from "./columns";

/** Groups of users, whose limits are per user (quota.md section 1), with an own cost multiplier in millionths. Configuration. */
export const userGroups = pgTable(
  "user_groups",
  { ...versioned(), name: text("name").notNull(), costMultiplierPpm: safeBigint("cost_multiplier_ppm") },
  (table) => [
    uniqueIndex("user_groups_name_key").on(sql`lower(${table.name})`),
    check("user_groups_name_check", sql`char_length(${table.name}) BETWEEN 1 AND 80`),
    check("user_groups_cost_multiplier_check", sql`${table.costMultiplierPpm} BETWEEN 0 AND 100000000`),
    check("user_groups_managed_by_check", sql`${table.managedBy} = 'file'`),
  ],
);
