import { isDeepStrictEqual } from "node:util";
import { AppError, type FieldError } from "@/core/errors";
import type { OperationPorts } from "@/core/ports";
import type { Settings } from "@/core/settings/settings";
import { defineOperation } from "../operation";
import { readSettings } from "../read-settings";
import { SettingsView, UpdateSettingsInput } from "./schema";
import { settingsOutput } from "./settings-output";

/** Changes named settings. One that an environment variable fixes cannot be changed here. */
export const updateSettings = defineOperation({
  name: "settings.update",
  method: "PATCH",
  path: "/settings",
  summary: "Changes settings.",
  permission: "settings:write",
  input: UpdateSettingsInput,
  output: SettingsView,
  errors: [],
  async run(input, { ports, actor }) {
    // The file may hold what a variable overrides: it is stored and waits for the variable to go.
    const fixed = Object.keys(actor.via === "file" ? {} : input)
      .filter((name) => ports.system.fixedSettings[name] !== undefined)
      .map((path) => ({ path, code: "fixed_by_environment" }));
    const fields = [...fixed, ...(await unknownGroups(input, ports))];
    if (fields.length > 0) throw new AppError("validation_failed", {}, { fields });
    const settings = await readSettings(ports.settings);
    const known = new Map<string, unknown>(Object.entries(settings));
    const changes = Object.entries(wholeSettings(input, settings)).filter(
      ([name, value]) => value !== undefined && !isDeepStrictEqual(value, known.get(name)),
    );
    if (changes.length === 0) return { output: await settingsOutput(ports) };
    const patch: Partial<Settings> = Object.fromEntries(changes);
    await ports.settings.write(patch);
    const old = Object.fromEntries(changes.map(([name]) => [name, known.get(name)]));
    return { output: await settingsOutput(ports), audit: { target: "settings", before: old, after: patch } };
  },
});

/** User groups with a rate of their own that do not exist (channels-and-rates.md R4). */
async function unknownGroups({ requestRate }: UpdateSettingsInput, { userGroups }: OperationPorts) {
  const faults: FieldError[] = [];
  for (const name of Object.keys(requestRate?.groups ?? {}))
    if ((await userGroups.findByName(name)) === null)
      faults.push({ path: `requestRate.groups.${name}`, code: "user_group_unknown" });
  return faults;
}

/** A patch whose groups of values are whole: what it leaves out of one stays as it was. */
function wholeSettings({ windowModes, failOpenAllowance, ...rest }: UpdateSettingsInput, known: Settings) {
  return {
    ...rest,
    ...(windowModes === undefined ? {} : { windowModes: { ...known.windowModes, ...windowModes } }),
    ...(failOpenAllowance === undefined
      ? {}
      : { failOpenAllowance: { ...known.failOpenAllowance, ...failOpenAllowance } }),
  };
}
