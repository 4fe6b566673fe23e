import { boolean, pgTable, primaryKey } from "drizzle-orm/pg-core";
import { instant, safeBigint } from "./columns";

/** Sums of the ledger per 5 minutes; changed by the ledger statement alone (quota.md Q47). Data. */
export const usageRollup = pgTable(
  "usage_rollup",
  {
    userId: safeBigint("user_id").notNull(),
    bucket: instant("bucket").notNull(),
    keyId: safeBigint("key_id").notNull(),
    /** 0 = no group. */
    modelGroupId: safeBigint("model_group_id").notNull(),
    countedInUserGlobal: boolean("counted_in_user_global").notNull(),
    countedInKeyGlobal: boolean("counted_in_key_global").notNull(),
    costNanoUsd: safeBigint("cost_nusd").notNull(),
    requests: safeBigint("requests").notNull(),
    tokens: safeBigint("tokens").notNull(),
    entries: safeBigint("entries").notNull(),
  },
  (table) => [
    primaryKey({
      name: "usage_rollup_pkey",
      columns: [
        table.userId,
        table.bucket,
        table.keyId,
        table.modelGroupId,
        table.countedInUserGlobal,
        table.countedInKeyGlobal,
      ],
    }),
  ],
);
