import { sql } from "drizzle-orm";
import { check, index, pgTable, text } from "drizzle-orm/pg-core";
import { safeBigint } from "./columns";
import { modelGroups } from "./model-groups";

/** The models of model groups, as `normaliseModel` writes them; the primary key keeps a model in one group. Configuration. */
export const modelGroupModels = pgTable(
  "model_group_models",
  {
    model: text("model").primaryKey(),
    modelGroupId: safeBigint("model_group_id")
      .notNull()
      .references(() => modelGroups.id, { onDelete: "cascade" }),
  },
  (table) => [
    index("model_group_models_group").on(table.modelGroupId),
    check(
      "model_group_models_model_check",
      sql`${table.model} <> '' AND ${table.model} = lower(btrim(${table.model}))`,
    ),
  ],
);
