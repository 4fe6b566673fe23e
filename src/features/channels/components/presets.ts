import { PRESET_VALUES, PRESETS, type PresetName } from "@/features/setup/components/presets";
import type { ChannelFormValues } from "./channel-form-values";

/** What a preset fills in; the address is empty where the person knows it. */
export function presetValues(name: PresetName): Pick<ChannelFormValues, "name" | "baseUrl" | "protocols"> {
  const { protocols, vendor, channelName } = PRESET_VALUES[name];
  return { name: channelName, protocols: [...protocols], baseUrl: vendor === null ? "" : `https://${vendor.host}` };
}

/** The preset that a form's address and protocols stand for; null when they are of none. */
export function presetOf(values: Pick<ChannelFormValues, "baseUrl" | "protocols">): PresetName | null {
  const chosen = [...values.protocols].sort().join();
  const fitting = PRESETS.filter((name) => [...PRESET_VALUES[name].protocols].sort().join() === chosen);
  return (
    fitting.find((name) => presetValues(name).baseUrl === values.baseUrl) ??
    fitting.find((name) => PRESET_VALUES[name].vendor === null) ??
    null
  );
}
