import { pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { instant, safeBigint } from "./columns";

/** Starts of fixed 5h windows (quota.md Q16). Data. */
export const windowAnchors = pgTable(
  "window_anchors",
  {
    axis: text("axis").notNull(),
    subjectId: safeBigint("subject_id").notNull(),
    modelGroupId: safeBigint("model_group_id").notNull(),
    unit: text("unit").notNull(),
    startedAt: instant("started_at").notNull(),
  },
  (table) => [
    primaryKey({
      name: "window_anchors_pkey",
      columns: [table.axis, table.subjectId, table.modelGroupId, table.unit],
    }),
  ],
);
