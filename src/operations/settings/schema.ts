import { z } from "zod";
import { noInput, settingFields, strict } from "../references";

/** Input of `settings.get`: nothing. */
export const GetSettingsInput = noInput;

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
  billingModel: settingFields.billingModel.optional(),
  defaultLocale: settingFields.defaultLocale.optional(),
  publicUrl: settingFields.publicUrl.optional(),
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
});
/** See the schema. */
export type UpdateSettingsInput = z.output<typeof UpdateSettingsInput>;

/** All settings with the origin of each: default, saved, or fixed by an environment variable, whose name is `variable`. */
export const SettingsView = z.object({
  values: z.object(settingFields),
  origins: z.record(
    z.string(),
    z.object({ origin: z.enum(["default", "saved", "environment"]), variable: z.string().nullable() }),
  ),
});
/** See the schema. */
export type SettingsView = z.infer<typeof SettingsView>;
