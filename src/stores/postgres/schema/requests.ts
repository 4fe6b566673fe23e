import { sql } from "drizzle-orm";
import { boolean, index, integer, jsonb, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import type { AttemptRecord } from "@/core/ledger/entry";
import type { CostSource, Outcome } from "@/core/vocabulary";
import { instant, safeBigint } from "./columns";

/** The log of admitted requests, partitioned by month of `at`. Data. */
export const requests = pgTable(
  "requests",
  {
    id: uuid("id").notNull(),
    at: instant("at").notNull(),
    userId: safeBigint("user_id").notNull(),
    keyId: safeBigint("key_id").notNull(),
    keyPrefix: text("key_prefix").notNull(),
    protocol: text("protocol").notNull(),
    operation: text("operation").notNull(),
    model: text("model").notNull(),
    upstreamModel: text("upstream_model"),
    channelId: safeBigint("channel_id"),
    stream: boolean("stream").notNull(),
    outcome: text("outcome").$type<Outcome>().notNull(),
    status: integer("status"),
    code: text("code"),
    inputTokens: safeBigint("input_tokens").notNull(),
    cachedTokens: safeBigint("cached_tokens").notNull(),
    outputTokens: safeBigint("output_tokens").notNull(),
    costNanoUsd: safeBigint("cost_nusd").notNull(),
    costSource: text("cost_source").$type<CostSource>().notNull(),
    firstByteMs: integer("first_byte_ms"),
    durationMs: integer("duration_ms").notNull(),
    attempts: jsonb("attempts").$type<readonly AttemptRecord[]>().notNull().default(sql`'[]'::jsonb`),
    upstreamRequestId: text("upstream_request_id"),
    decision: jsonb("decision").$type<unknown>(),
  },
  (table) => [
    primaryKey({ name: "requests_pkey", columns: [table.id, table.at] }),
    index("requests_time").on(table.at, table.id),
    index("requests_user").on(table.userId, table.at, table.id),
    index("requests_key").on(table.keyId, table.at, table.id),
    index("requests_channel").on(table.channelId, table.at, table.id),
    index("requests_model").on(table.model, table.at, table.id),
    index("requests_outcome").on(table.outcome, table.at, table.id).where(sql`outcome <> 'ok'`),
    index("requests_code").on(table.code, table.at, table.id).where(sql`code IS NOT NULL`),
  ],
);
