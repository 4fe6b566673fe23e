import { DEFAULT_SETTINGS, type SettingName, type Settings, settingsSchema } from "./settings";

/** Stored settings over the defaults. A stored value that this release does not accept counts as not stored, as does an unknown name. */
export function mergeSettings(stored: Readonly<Record<string, unknown>>): Settings {
  const accepted = Object.entries(settingsSchema.shape).flatMap(([name, schema]) => {
    const value = stored[name as SettingName];
    const parsed = schema.safeParse(value);
    return value !== undefined && parsed.success ? [[name, parsed.data]] : [];
  });
  return { ...DEFAULT_SETTINGS, ...Object.fromEntries(accepted) };
}
