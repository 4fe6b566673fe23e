import type { OperationPorts } from "@/core/ports";
import { blockWarnings } from "@/core/quota/request-rate-block";
import { DEFAULT_SETTINGS } from "@/core/settings/settings";
import type { SettingsView } from "./schema";

/** All settings with the origin of each and warnings about values that are valid; one that the environment fixes shows the value in force. */
export async function settingsOutput(ports: OperationPorts): Promise<SettingsView> {
  const stored = await ports.settings.read();
  const { fixedSettings: fixed, environmentSettings } = ports.system;
  const values = { ...DEFAULT_SETTINGS, ...stored, ...environmentSettings };
  const origins = Object.keys(DEFAULT_SETTINGS).map((name) => {
    const variable = fixed[name] ?? null;
    if (variable !== null) return [name, { origin: "environment", variable }] as const;
    return [name, { origin: name in stored ? "saved" : "default", variable }] as const;
  });
  return { values, origins: Object.fromEntries(origins), warnings: [...blockWarnings(values.requestRate)] };
}
