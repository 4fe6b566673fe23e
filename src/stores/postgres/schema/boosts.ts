import { sql } from "drizzle-orm";
import { check, index, pgTable, text } from "drizzle-orm/pg-core";
import type { LimitUnit, LimitWindow } from "@/core/vocabulary";
import { instant, safeBigint, versioned } from "./columns";
import { isAmount, isUnit, isWindow } from "./limits";
import { modelGroups } from "./model-groups";
import { users } from "./users";

/** Dated additions to the caps of users; rows are ended, not deleted (quota.md Q9). Configuration. */
export const boosts = pgTable(
  "boosts",
  {
    ...versioned(),
    userId: safeBigint("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** null: global, all other models. */
    modelGroupId: safeBigint("model_group_id").references(() => modelGroups.id, { onDelete: "cascade" }),
    unit: text("unit").$type<LimitUnit>().notNull(),
    window: text("window").$type<LimitWindow>().notNull(),
    /** nano-USD or a count. */
    amount: safeBigint("amount").notNull(),
    validFrom: instant("valid_from").notNull(),
    validTo: instant("valid_to").notNull(),
    endedAt: instant("ended_at"),
    note: text("note"),
    createdBy: text("created_by").notNull(),
  },
  (table) => [
    index("boosts_user").on(table.userId, table.validTo),
    index("boosts_model_group").on(table.modelGroupId),
    check("boosts_unit_check", isUnit(table.unit)),
    check("boosts_window_check", isWindow(table.window)),
    check("boosts_amount_check", isAmount(table.amount, table.unit)),
    check("boosts_range_check", sql`${table.validTo} > ${table.validFrom}`),
    check("boosts_managed_by_check", sql`${table.managedBy} = 'file'`),
  ],
);
