import type { SettingStore } from "@/core/settings/setting-store";
import { DEFAULT_SETTINGS, type Settings } from "@/core/settings/settings";

/** All settings: the stored ones over the defaults. */
export async function readSettings(settings: SettingStore): Promise<Settings> {
  return { ...DEFAULT_SETTINGS, ...(await settings.read()) };
}
