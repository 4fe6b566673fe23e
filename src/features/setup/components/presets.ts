import type { SERVED_PROTOCOL_IDS } from "@/core/vocabulary";

/** Names of the presets, in the order of their tiles. */
export const PRESETS = ["openai", "anthropic", "openaiCompatible", "anthropicCompatible"] as const;
/** A ready-made start for a channel. */
export type PresetName = (typeof PRESETS)[number];

/** What a preset fills in. `baseUrl` empty: the person knows it. */
export type Preset = {
  readonly protocol: (typeof SERVED_PROTOCOL_IDS)[number];
  readonly baseUrl: string;
  readonly name: string;
};

/** The presets by name. */
export const PRESET_VALUES: Readonly<Record<PresetName, Preset>> = {
  openai: { protocol: "openai-chat", baseUrl: "https://api.openai.com", name: "openai" },
  anthropic: { protocol: "anthropic-messages", baseUrl: "https://api.anthropic.com", name: "anthropic" },
  openaiCompatible: { protocol: "openai-chat", baseUrl: "", name: "upstream" },
  anthropicCompatible: { protocol: "anthropic-messages", baseUrl: "", name: "upstream" },
};
