import { sql } from "drizzle-orm";
import { boolean, check, index, jsonb, pgTable, primaryKey, smallint, text, uuid } from "drizzle-orm/pg-core";
import type { StoredDetail } from "@/core/ledger/detail-text";
import type { CostSource, Outcome } from "@/core/vocabulary";
import { instant, instantNow, safeBigint } from "./columns";

/** One row per attempt sent upstream: append-only, partitioned by month of `admitted_at` (quota.md section 1). Data. */
export const usageLedger = pgTable(
  "usage_ledger",
  {
    id: uuid("id").notNull(),
    /** 1..99; 100 k + a is the k-th correction of attempt a. */
    attempt: smallint("attempt").notNull(),
    admittedAt: instant("admitted_at").notNull(),
    userId: safeBigint("user_id").notNull(),
    keyId: safeBigint("key_id").notNull(),
    modelGroupId: safeBigint("model_group_id"),
    model: text("model").notNull(),
    channelId: safeBigint("channel_id"),
    holdNo: smallint("hold_no").notNull().default(1),
    outcome: text("outcome").$type<Outcome>().notNull(),
    costNanoUsd: safeBigint("cost_nusd").notNull(),
    requests: smallint("requests").notNull(),
    tokens: safeBigint("tokens").notNull(),
    costSource: text("cost_source").$type<CostSource>().notNull(),
    countedInUserGlobal: boolean("counted_in_user_global").notNull().default(true),
    countedInKeyGlobal: boolean("counted_in_key_global").notNull().default(true),
    failOpen: boolean("fail_open").notNull().default(false),
    detail: jsonb("detail").$type<StoredDetail>().notNull().default(sql`'{}'::jsonb`),
    settledAt: instantNow("settled_at"),
  },
  (table) => [
    primaryKey({ name: "usage_ledger_pkey", columns: [table.id, table.attempt, table.admittedAt] }),
    index("usage_ledger_user").on(table.userId, table.admittedAt),
    index("usage_ledger_time").on(table.admittedAt),
    check(
      "usage_ledger_outcome_check",
      sql`${table.outcome} IN ('ok', 'upstream_error', 'client_aborted', 'interrupted')`,
    ),
    check(
      "usage_ledger_cost_source_check",
      sql`${table.costSource} IN ('upstream', 'estimated', 'ceiling', 'none', 'correction')`,
    ),
    check(
      "usage_ledger_amounts_check",
      sql`${table.attempt} >= 100 OR (${table.costNanoUsd} >= 0 AND ${table.requests} >= 0 AND ${table.tokens} >= 0)`,
    ),
    check("usage_ledger_correction_check", sql`(${table.attempt} >= 100) = (${table.costSource} = 'correction')`),
  ],
);
