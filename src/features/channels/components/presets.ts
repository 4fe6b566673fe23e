import { PRESET_VALUES, PRESETS, type PresetName } from "@/features/setup/components/presets";
import type { ChannelFormValues } from "./channel-form-values";

/** What a preset fills in; the address is empty where the person knows it. */
export function presetValues(name: PresetName): Pick<ChannelFormValues, "name" | "baseUrl" | "protocols"> {
  const { protocol, vendor, channelName } = PRESET_VALUES[name];
  return { name: channelName, protocols: [protocol], baseUrl: vendor === null ? "" : `https://${vendor.host}` };
}

/** The preset that a form's address and protocol stand for; null when they are of none. */
export function presetOf(values: Pick<ChannelFormValues, "baseUrl" | "protocols">): PresetName | null {
  const [protocol, ...others] = values.protocols;
  const fitting = PRESETS.filter((name) => PRESET_VALUES[name].protocol === protocol && others.length === 0);
  return (
    fitting.find((name) => presetValues(name).baseUrl === values.baseUrl) ??
    fitting.find((name) => PRESET_VALUES[name].vendor === null) ??
    null
  );
}
