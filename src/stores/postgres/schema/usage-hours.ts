import { sql } from "drizzle-orm";
import { boolean, check, index, pgTable, primaryKey, smallint, text } from "drizzle-orm/pg-core";
import { identity, instant, safeBigint } from "./columns";

/**
 * Sums of ledger and denials per UTC hour, or per part of one where the system's zone is off the hour; written by the roll-up alone. Data.
 */
export const usageHours = pgTable(
  "usage_hours",
  {
    /** `all` tells everything apart; `keys` users and keys alone, `models` models, groups and channels alone, with 0 or nothing for the rest. */
    kind: text("kind").$type<"all" | "keys" | "models">().notNull(),
    /** Start of the hour, or of its part. */
    bucket: instant("bucket").notNull(),
    /** 0 = a denial of nobody known. */
    userId: safeBigint("user_id").notNull(),
    /** 0 = a denial without a known key. */
    keyId: safeBigint("key_id").notNull(),
    /** As requested; empty = a denial before a model was read. */
    model: text("model").notNull(),
    /** 0 = no group; so are denials. */
    modelGroupId: safeBigint("model_group_id").notNull(),
    /** 0 = no channel; so are denials. */
    channelId: safeBigint("channel_id").notNull(),
    countedInUserGlobal: boolean("counted_in_user_global").notNull(),
    countedInKeyGlobal: boolean("counted_in_key_global").notNull(),
    costNanoUsd: safeBigint("cost_nusd").notNull(),
    requests: safeBigint("requests").notNull(),
    tokens: safeBigint("tokens").notNull(),
    inputTokens: safeBigint("input_tokens").notNull(),
    /** The part of the input that was read from a cache. */
    cachedTokens: safeBigint("cached_tokens").notNull(),
    outputTokens: safeBigint("output_tokens").notNull(),
    entries: safeBigint("entries").notNull(),
    /** Attempts that ended as `upstream_error`. */
    errors: safeBigint("errors").notNull(),
    denied: safeBigint("denied").notNull(),
  },
  (table) => [
    primaryKey({
      name: "usage_hours_pkey",
      columns: [
        table.kind,
        table.bucket,
        table.userId,
        table.keyId,
        table.model,
        table.modelGroupId,
        table.channelId,
        table.countedInUserGlobal,
        table.countedInKeyGlobal,
      ],
    }),
    index("usage_hours_user").on(table.kind, table.userId, table.bucket),
    index("usage_hours_key").on(table.kind, table.keyId, table.bucket),
    check("usage_hours_kind_check", sql`${table.kind} IN ('all', 'keys', 'models')`),
  ],
);

/** Which hours stand in `usage_hours`, and of how many rows they were made. Data. */
export const usageRolledHours = pgTable("usage_rolled_hours", {
  hour: instant("hour").primaryKey(),
  /** Minutes at which the hour was cut into parts, in order; empty: one part. */
  cuts: smallint("cuts").array().notNull(),
  entries: safeBigint("entries").notNull(),
  denials: safeBigint("denials").notNull(),
});

/** Hours with rows that the roll-up has not seen: one row per statement and hour, written by triggers of ledger and denials. Data. */
export const usageMarks = pgTable("usage_marks", {
  id: identity(),
  hour: instant("hour").notNull(),
});
