import { sql } from "drizzle-orm";
import { check, doublePrecision, integer, pgTable, text } from "drizzle-orm/pg-core";
import type { ModelRow } from "@/core/models/model";

/** What an admin says of models for the estimates of their calls (quota.md Q32). Configuration. */
export const models = pgTable(
  "models",
  {
    name: text("name").primaryKey(),
    maxOutputTokens: integer("max_output_tokens"),
    bytesPerToken: doublePrecision("bytes_per_token"),
    expectedOutputTokens: integer("expected_output_tokens"),
    managedBy: text("managed_by").$type<ModelRow["managedBy"]>(),
  },
  (table) => [
    check("models_max_output_tokens_check", sql`${table.maxOutputTokens} > 0`),
    check("models_bytes_per_token_check", sql`${table.bytesPerToken} BETWEEN 2 AND 8`),
    check("models_expected_output_tokens_check", sql`${table.expectedOutputTokens} > 0`),
    check("models_managed_by_check", sql`${table.managedBy} = 'file'`),
  ],
);
