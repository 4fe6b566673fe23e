import type { ProtocolId } from "@/core/vocabulary";

/** Names of the presets, in the order of their tiles. */
export const PRESETS = ["openai", "anthropic", "openaiCompatible", "anthropicCompatible"] as const;
/** A ready-made start for a channel. */
export type PresetName = (typeof PRESETS)[number];

/** What a preset fills in. `vendor` null: a server of one's own, whose address the person knows. */
export type Preset = {
  readonly protocols: readonly ProtocolId[];
  readonly vendor: { readonly name: string; readonly host: string } | null;
  readonly channelName: string;
};

/** The presets by name. */
export const PRESET_VALUES: Readonly<Record<PresetName, Preset>> = {
  openai: {
    protocols: ["openai-chat", "openai-responses"],
    vendor: { name: "OpenAI", host: "api.openai.com" },
    channelName: "openai",
  },
  anthropic: {
    protocols: ["anthropic-messages"],
    vendor: { name: "Anthropic", host: "api.anthropic.com" },
    channelName: "anthropic",
  },
  openaiCompatible: { protocols: ["openai-chat"], vendor: null, channelName: "upstream" },
  anthropicCompatible: { protocols: ["anthropic-messages"], vendor: null, channelName: "upstream" },
};
