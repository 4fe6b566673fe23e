import { sql } from "drizzle-orm";
import { boolean, check, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import { versioned } from "./columns";

/** Sets of models that limits aim at (quota.md section 1). Configuration. */
export const modelGroups = pgTable(
  "model_groups",
  {
    ...versioned(),
    name: text("name").notNull(),
    slug: text("slug").notNull(),
    isSingleModel: boolean("is_single_model").notNull().default(false),
  },
  (table) => [
    uniqueIndex("model_groups_name_key").on(sql`lower(${table.name})`),
    uniqueIndex("model_groups_slug_key").on(table.slug),
    check("model_groups_name_check", sql`char_length(${table.name}) BETWEEN 1 AND 80`),
    check("model_groups_slug_check", sql`${table.slug} ~ '^[a-z0-9-]+$'`),
    check("model_groups_managed_by_check", sql`${table.managedBy} = 'file'`),
  ],
);
