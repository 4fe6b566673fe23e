import { sql } from "drizzle-orm";
import { boolean, check, integer, jsonb, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import { type ChannelBreaker, DEFAULT_BREAKER } from "@/core/channels/breaker";
import type { ChannelHeaders, ChannelModel, ChannelTimeouts } from "@/core/channels/channel";
import { type ChannelLimiter, NO_LIMITER } from "@/core/channels/limiter";
import type { OnDisconnect, OperationName, Overflow, ProtocolId } from "@/core/vocabulary";
import { safeBigint, versioned } from "./columns";

/** Upstream accounts, without their credentials. Configuration. */
export const channels = pgTable(
  "channels",
  {
    ...versioned(),
    name: text("name").notNull(),
    protocols: jsonb("protocols").$type<readonly ProtocolId[]>().notNull(),
    operations: jsonb("operations").$type<readonly OperationName[]>(),
    provider: text("provider"),
    baseUrl: text("base_url").notNull(),
    models: jsonb("models").$type<readonly ChannelModel[]>().notNull(),
    priority: integer("priority").notNull().default(0),
    weight: integer("weight").notNull().default(1),
    costMultiplierPpm: safeBigint("cost_multiplier_ppm").notNull().default(1_000_000),
    timeouts: jsonb("timeouts").$type<ChannelTimeouts>().notNull(),
    headers: jsonb("headers").$type<ChannelHeaders>().notNull(),
    usageInStream: text("usage_in_stream").$type<"auto" | "never">().notNull().default("auto"),
    inputIncludesCache: boolean("input_includes_cache").notNull().default(false),
    onDisconnect: text("on_disconnect").$type<OnDisconnect>(),
    limiter: jsonb("limiter").$type<ChannelLimiter>().notNull().default(NO_LIMITER),
    overflow: text("overflow").$type<Overflow>(),
    breaker: jsonb("breaker").$type<ChannelBreaker>().notNull().default(DEFAULT_BREAKER),
    rpm: integer("rpm"),
    tpm: integer("tpm"),
    /** Ids; one whose group was deleted stays, so that a channel never opens to everyone by itself. */
    userGroups: jsonb("user_groups").$type<readonly number[]>().notNull().default([]),
    enabled: boolean("enabled").notNull().default(true),
  },
  (table) => [
    uniqueIndex("channels_name_key").on(sql`lower(${table.name})`),
    check("channels_weight_check", sql`${table.weight} >= 0`),
    check("channels_cost_multiplier_check", sql`${table.costMultiplierPpm} >= 0`),
    check("channels_usage_in_stream_check", sql`${table.usageInStream} IN ('auto', 'never')`),
    check("channels_on_disconnect_check", sql`${table.onDisconnect} IN ('drain', 'abort')`),
    check("channels_overflow_check", sql`${table.overflow} IN ('spill', 'group', 'stay')`),
    check("channels_rpm_check", sql`${table.rpm} >= 1`),
    check("channels_tpm_check", sql`${table.tpm} >= 1`),
    check("channels_managed_by_check", sql`${table.managedBy} = 'file'`),
  ],
);
