import type { ChannelSnapshot } from "@/core/channels/channel";
import { mapModel } from "@/core/channels/map-model";
import { type InGroups, visibleChannels } from "@/core/channels/visible-channels";
import type { ConfigSnapshot } from "@/core/config-snapshot";
import { AppError } from "@/core/errors";
import { groupMultiplier, type WithMultiplier } from "@/core/prices/group-multiplier";
import type { PriceRow } from "@/core/prices/price";
import { hasBasePrice } from "@/core/prices/price-book";
import type { Overflow } from "@/core/vocabulary";
import { ROUTES, type Route } from "@/protocols/routes";

/** A model and its price rows on a channel; empty: free by the policy for unpriced models. */
export type PricedModel = { readonly model: string; readonly rows: readonly PriceRow[] };

/** A channel that may serve the call, with the name it knows the model by and the price rows of the requested model on it. */
export type Candidate = {
  readonly channel: ChannelSnapshot;
  readonly upstreamModel: string;
  /** Whose price and model group count: the requested model, or with `billingModel: upstream` the channel's. */
  readonly billedModel: string;
  /** Of the billed model. Empty: free by the policy for unpriced models. */
  readonly rows: readonly PriceRow[];
  /** Further models that the body names and that may run on this channel, with their price rows; absent: none (protocols-and-pricing.md N4). */
  readonly secondary?: readonly PricedModel[];
  /** Where calls go while the channel is at capacity (channels-and-rates.md C16). */
  readonly overflow: Overflow;
};

/** Where a call may go. */
export type Target = {
  readonly model: string;
  /** Not ranked yet; at least one. */
  readonly candidates: readonly Candidate[];
  readonly config: ConfigSnapshot;
  /** Multiplier of the user's groups in millionths, as it was when the call came. */
  readonly groupPpm: number;
};

/** What is asked for, and by whom. */
export type TargetAsk = {
  readonly model: string;
  readonly userGroups: readonly (InGroups[number] & WithMultiplier)[];
  /** Service tier asked for. */
  readonly tier: string;
  /** When the call came, epoch ms. */
  readonly at: number;
};

/**
 * The channels that the user sees and that serve a model on a route, with their prices. What only hidden channels serve is unknown (C4).
 * Throws model_not_found, model_protocol_mismatch (`paths` that serve it), model_unpriced, no_channel_available (none has a usable credential).
 */
export function resolveTarget(ask: TargetAsk, route: Route, config: ConfigSnapshot): Target {
  const { model } = ask;
  const channels = servingChannels(ask, route, config);
  if (channels.length === 0) throw unserved(ask, config);
  const usable = channels.filter(({ credential }) => credential !== null);
  if (usable.length === 0) throw new AppError("no_channel_available", { model });
  const candidates: Candidate[] = [];
  for (const channel of usable) {
    const free = freeCandidate(channel, model, config);
    const rows = findPriceRows({ model: free.billedModel, tier: ask.tier, at: ask.at }, channel, config);
    if (rows !== null) candidates.push({ ...free, rows });
    else if (route.class === "R") candidates.push(free); // nothing of it is charged
  }
  if (candidates.length === 0) throw new AppError("model_unpriced", { model });
  return { model, candidates, config, groupPpm: groupMultiplier(ask.userGroups) };
}

/** The name by which a channel knows a model, and whose price counts there. */
export function namesOn(
  channel: ChannelSnapshot,
  model: string,
  { settings }: ConfigSnapshot,
): Pick<Candidate, "upstreamModel" | "billedModel"> {
  const upstreamModel = mapModel(channel, model) ?? model;
  return { upstreamModel, billedModel: settings.billingModel === "upstream" ? upstreamModel : model };
}

/** A channel that serves a model, for what is not charged. */
export function freeCandidate(channel: ChannelSnapshot, model: string, config: ConfigSnapshot): Candidate {
  const overflow = channel.overflow ?? config.settings.channelOverflow;
  return { channel, ...namesOn(channel, model, config), rows: [], overflow };
}

/** The channels that the user sees and that serve the model on a route; none on a route of no protocol. */
export function servingChannels(
  { model, userGroups }: Pick<TargetAsk, "model" | "userGroups">,
  { protocol, operation }: Pick<Route, "protocol" | "operation">,
  config: ConfigSnapshot,
): readonly ChannelSnapshot[] {
  return visibleChannels(config.channelsFor({ model, protocol: protocol ?? "", operation }), userGroups);
}

/** Rows of a model on a channel, whatever the policy for unpriced models; null: none of them prices a call of that tier at that instant. */
export function findOwnRows(
  { model, tier, at }: Omit<TargetAsk, "userGroups">,
  channel: ChannelSnapshot,
  config: ConfigSnapshot,
): readonly PriceRow[] | null {
  const rows = config.prices.rowsFor(model, channel);
  return hasBasePrice({ rows, tier, at }) ? rows : null;
}

/** The same after the policy for unpriced models: empty = free, null = blocked (protocols-and-pricing.md 7.1). */
export function findPriceRows(
  ask: Omit<TargetAsk, "userGroups">,
  channel: ChannelSnapshot,
  config: ConfigSnapshot,
): readonly PriceRow[] | null {
  const own = findOwnRows(ask, channel, config);
  if (own !== null) return own;
  switch (config.settings.unpricedModels) {
    case "free":
      return NO_ROWS;
    case "default_price": {
      const rows = config.prices.defaultRows(channel);
      return hasBasePrice({ rows, tier: ask.tier, at: ask.at }) ? rows : null;
    }
    case "block":
      return null;
  }
}

const NO_ROWS: readonly PriceRow[] = [];

function unserved(ask: TargetAsk, config: ConfigSnapshot): AppError {
  const { model } = ask;
  const serving = ROUTES.filter((route) => servingChannels(ask, route, config).length > 0).map(({ path }) => path);
  return serving.length > 0
    ? new AppError("model_protocol_mismatch", { model, paths: serving.join(", ") })
    : new AppError("model_not_found", { model });
}
