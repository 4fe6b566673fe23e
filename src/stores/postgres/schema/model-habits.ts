import { doublePrecision, integer, pgTable, text } from "drizzle-orm/pg-core";
import { instant } from "./columns";

/** How models use tokens, learnt from their requests (quota.md Q32). Data. */
export const modelHabits = pgTable("model_habits", {
  model: text("model").primaryKey(),
  bytesPerToken: doublePrecision("bytes_per_token").notNull(),
  expectedOutputTokens: integer("expected_output_tokens").notNull(),
  /** Requests that came before were learnt from. */
  learntUntil: instant("learnt_until").notNull(),
});
