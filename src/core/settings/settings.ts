import { z } from "zod";
import { LOCALES, UNPRICED_MODELS } from "../vocabulary";

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
  weekStart: z.enum(["monday", "sunday", "saturday"]).default("monday"),
  defaultLocale: z.enum(LOCALES).default("en"),
  /** Origin for links and sign-in; null: taken from the request. */
  publicUrl: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .default(null),
  unpricedModels: z.enum(UNPRICED_MODELS).default("block"),
  /** Attempts of one request over all channels, 1..10. */
  maxAttempts: z.int().min(1).max(10).default(3),
  /** From receipt to the first byte, ms. */
  requestDeadlineMs: z.int().min(1_000).max(3_600_000).default(600_000),
  /** How long a drain may read on after the client left, ms. */
  drainTimeoutMs: z.int().min(0).max(600_000).default(30_000),
  /** Upper bound of the output tokens of an estimate. */
  worstCaseOutputTokens: z.int().min(1).max(1_000_000).default(16_384),
});

/** All settings, each with a value. */
export type Settings = z.infer<typeof settingsSchema>;
/** Name of one setting. */
export type SettingName = keyof Settings;

/** The settings of an empty database. */
export const DEFAULT_SETTINGS: Settings = settingsSchema.parse({});
