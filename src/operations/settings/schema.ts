import { z } from "zod";
import { MAX_RATE, SETTING_WARNINGS } from "@/core/vocabulary";
import { flag, nameField, noInput, orDefault, settingFields, strict, whole } from "../references";

/** Input of `settings.get`: nothing. */
export const GetSettingsInput = noInput;

const total = whole(0, MAX_RATE, "total_out_of_range");
const successful = whole(1, MAX_RATE, "successful_out_of_range");

/** Requests per period; naming the block switches it on unless it says otherwise, and what it leaves out has its default (R4). */
const requestRateField = strict({
  enabled: orDefault(flag, true),
  periodMinutes: orDefault(whole(1, 1_440, "period_out_of_range"), 1),
  total: orDefault(total, 0),
  successful: orDefault(successful, 1_000),
  groups: orDefault(z.record(nameField, strict({ total: orDefault(total, 0), successful })), {}),
});

const counts = { total: z.int(), successful: z.int() };
const requestRate = z.object({
  enabled: z.boolean(),
  periodMinutes: z.int(),
  ...counts,
  groups: z.record(z.string(), z.object(counts)),
});

/** Input of `settings.update`: a patch of named settings. */
export const UpdateSettingsInput = strict({
  gatewayName: settingFields.gatewayName.optional(),
  timeZone: settingFields.timeZone.optional(),
  weekStart: settingFields.weekStart.optional(),
  dailyReset: settingFields.dailyReset.optional(),
  /** Only the windows named change. */
  windowModes: settingFields.windowModes.partial().optional(),
  enforcement: settingFields.enforcement.optional(),
  modelGroupLimits: settingFields.modelGroupLimits.optional(),
  failOpen: settingFields.failOpen.optional(),
  /** Only the fields named change. */
  failOpenAllowance: settingFields.failOpenAllowance.partial().optional(),
  /** Whole: what the block leaves out has its default. */
  requestRate: requestRateField.optional(),
  billingModel: settingFields.billingModel.optional(),
  defaultLocale: settingFields.defaultLocale.optional(),
  publicUrl: settingFields.publicUrl.optional(),
  publicDocs: settingFields.publicDocs.optional(),
  unpricedModels: settingFields.unpricedModels.optional(),
  maxAttempts: settingFields.maxAttempts.optional(),
  requestDeadlineMs: settingFields.requestDeadlineMs.optional(),
  channelOverflow: settingFields.channelOverflow.optional(),
  cooldownDefaultMs: settingFields.cooldownDefaultMs.optional(),
  cooldownMaxMs: settingFields.cooldownMaxMs.optional(),
  breakerLastChannel: settingFields.breakerLastChannel.optional(),
  queueHeartbeatMs: settingFields.queueHeartbeatMs.optional(),
  drainTimeoutMs: settingFields.drainTimeoutMs.optional(),
  worstCaseOutputTokens: settingFields.worstCaseOutputTokens.optional(),
  apiRequestsPerMinute: settingFields.apiRequestsPerMinute.optional(),
});
/** See the schema. */
export type UpdateSettingsInput = z.output<typeof UpdateSettingsInput>;

/**
 * All settings with the origin of each: default, saved, or fixed by an environment variable, whose name is `variable`. Warnings tell what a
 * form should say beside values that are valid.
 */
export const SettingsView = z
  .object({
    values: z.object({ ...settingFields, requestRate }),
    origins: z.record(
      z.string(),
      z.object({ origin: z.enum(["default", "saved", "environment"]), variable: z.string().nullable() }),
    ),
    warnings: z.array(z.object({ path: z.string(), code: z.enum(SETTING_WARNINGS) })),
  })
  .meta({ id: "SettingsView" });
/** See the schema. */
export type SettingsView = z.infer<typeof SettingsView>;
