import { defineOperation } from "../operation";
import { GetSettingsInput, SettingsView } from "./schema";
import { settingsOutput } from "./settings-output";

/** All settings and where each comes from. */
export const getSettings = defineOperation({
  name: "settings.get",
  method: "GET",
  path: "/settings",
  summary: "Reads all settings and where each comes from.",
  permission: "settings:read",
  input: GetSettingsInput,
  output: SettingsView,
  errors: [],
  async run(_input, { ports }) {
    return { output: await settingsOutput(ports) };
  },
});
