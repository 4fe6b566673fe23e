import type { ChannelSnapshot } from "./channels/channel";
import type { PriceRow } from "./prices/price";
import type { Settings } from "./settings/settings";

/** Finds price rows for a model on a channel (protocols-and-pricing.md 7.1, selection). Built once per config version. */
export type PriceBook = {
  /**
   * The candidate rows of the first level that has any: admin row for channel + model, admin row for the model,
   * catalogue row of the channel's provider, catalogue row of the model's own provider; `priceAs` is followed. Empty: unpriced.
   */
  rowsFor(model: string, channel: ChannelSnapshot | null): readonly PriceRow[];
  /** Rows of model `*`, for the policy `default_price`. */
  defaultRows(): readonly PriceRow[];
};

/** Settings, channels and prices of one config version; immutable. */
export type ConfigSnapshot = {
  readonly version: number;
  readonly settings: Settings;
  /** Enabled channels in ranking order of priority, then id. */
  readonly channels: readonly ChannelSnapshot[];
  /** Channels that serve a model in a protocol; models compare exactly. */
  channelsFor(query: { model: string; protocol: string; operation: string }): readonly ChannelSnapshot[];
  readonly prices: PriceBook;
};

/** The snapshot in force; replaced whole when the config version steps. */
export type ConfigSnapshots = { current(): ConfigSnapshot };
