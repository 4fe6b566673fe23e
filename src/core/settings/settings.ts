import { z } from "zod";
import {
  BILLING_MODELS,
  BREAKER_LAST_CHANNEL,
  ENFORCEMENTS,
  LOCALES,
  MAX_RATE,
  OVERFLOWS,
  UNPRICED_MODELS,
  WEEK_DAYS,
} from "../vocabulary";

const timeZones = new Set(Intl.supportedValuesOf("timeZone"));

/** The settings of the gateway with their defaults; a row in `settings` overrides one of them. */
export const settingsSchema = z.strictObject({
  /** Name of this gateway on its pages. */
  gatewayName: z.string().trim().min(1).max(80).default("Sluice"),
  /** IANA zone of windows and day buckets. */
  timeZone: z
    .string()
    .refine((zone) => zone === "UTC" || timeZones.has(zone), "zone_unknown")
    .default("UTC"),
  weekStart: z.enum(WEEK_DAYS).default("monday"),
  /** Local time at which days, weeks and months begin: a multiple of 5 minutes (quota.md Q14). */
  dailyReset: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5][05]$/, "reset_time_invalid")
    .default("00:00"),
  /** Modes of limits that name none (quota.md Q2). */
  windowModes: z
    .strictObject({
      "5h": z.enum(["rolling", "fixed"]).default("rolling"),
      daily: z.enum(["calendar", "rolling"]).default("calendar"),
      weekly: z.enum(["calendar", "rolling"]).default("calendar"),
      monthly: z.enum(["calendar", "rolling"]).default("calendar"),
    })
    .prefault({}),
  /** How limits decide that name no way of their own (quota.md section 5). */
  enforcement: z.enum(ENFORCEMENTS).default("balanced"),
  /** False: limits of model groups do not exist (quota.md Q53). */
  modelGroupLimits: z.boolean().default(true),
  /** Whether requests pass, within the allowance, while the counters do not answer (quota.md Q54). */
  failOpen: z.boolean().default(true),
  /** What one replica may spend on one limit meanwhile: percent of the cap, and a bound in USD (quota.md Q55). */
  failOpenAllowance: z
    .strictObject({
      percent: z.number().min(0).max(100).default(2),
      maxUsd: z
        .string()
        .regex(/^\d{1,7}(\.\d{1,9})?$/, "amount_invalid")
        .default("1"),
    })
    .prefault({}),
  /** Requests per period, all and successful ones, of each user; a group's values stand in place of both (channels-and-rates.md R4). */
  requestRate: z
    .strictObject({
      enabled: z.boolean().default(false),
      periodMinutes: z.int().min(1).max(1_440).default(1),
      /** 0: unlimited. */
      total: z.int().min(0).max(MAX_RATE).default(0),
      successful: z.int().min(1).max(MAX_RATE).default(1_000),
      /** By name of the user group, in any case. */
      groups: z
        .record(
          z.string(),
          z.strictObject({ total: z.int().min(0).max(MAX_RATE), successful: z.int().min(1).max(MAX_RATE) }),
        )
        .default({}),
    })
    .prefault({}),
  /** Whose model group and price a request is counted by (quota.md Q58, Q59). */
  billingModel: z.enum(BILLING_MODELS).default("requested"),
  defaultLocale: z.enum(LOCALES).default("en"),
  /** Origin for links and sign-in; null: taken from the request. */
  publicUrl: z
    .url({ protocol: /^https?$/ })
    .max(2048)
    .nullable()
    .default(null),
  /** Whether the documentation is open to the signed-out. */
  publicDocs: z.boolean().default(true),
  unpricedModels: z.enum(UNPRICED_MODELS).default("block"),
  /** Attempts of one request over all channels, 1..10. */
  maxAttempts: z.int().min(1).max(10).default(3),
  /** From receipt to the first byte, ms. */
  requestDeadlineMs: z.int().min(1_000).max(3_600_000).default(600_000),
  /** Where a request goes whose channel is at capacity and says nothing of its own (channels-and-rates.md C16). */
  channelOverflow: z.enum(OVERFLOWS).default("spill"),
  /** How long a model of a channel rests after a 429 that names no time, ms; 0: not at all (channels-and-rates.md C11). */
  cooldownDefaultMs: z.int().min(0).max(86_400_000).default(0),
  /** The longest that an upstream can ask for, ms. */
  cooldownMaxMs: z.int().min(1_000).max(86_400_000).default(900_000),
  breakerLastChannel: z.enum(BREAKER_LAST_CHANNEL).default("pass"),
  /** Heartbeats of a streamed request that waits for a channel, ms; 0: none, else 5000 and more (channels-and-rates.md C8). */
  queueHeartbeatMs: z
    .int()
    .min(0)
    .max(600_000)
    .refine((ms) => ms === 0 || ms >= 5_000, "out_of_range")
    .default(0),
  /** How long a drain may read on after the client left, ms. */
  drainTimeoutMs: z.int().min(0).max(600_000).default(30_000),
  /** Requests per minute to the admin API of one account, access token or sign-in with a key, on each replica (SEC47). */
  apiRequestsPerMinute: z.int().min(10).max(100_000).default(600),
  /** Upper bound of the output tokens of an estimate. */
  worstCaseOutputTokens: z.int().min(1).max(1_000_000).default(16_384),
});

/** All settings, each with a value. */
export type Settings = z.infer<typeof settingsSchema>;
/** Name of one setting. */
export type SettingName = keyof Settings;

/** The settings of an empty database. */
export const DEFAULT_SETTINGS: Settings = settingsSchema.parse({});
