import type { ChannelSnapshot } from "@/core/channels/channel";
import { mapModel } from "@/core/channels/map-model";
import { visibleChannels } from "@/core/channels/visible-channels";
import type { ConfigSnapshot } from "@/core/config-snapshot";
import type { ListedModel } from "@/protocols/protocol";
import type { Caller } from "./exchange";
import { isPermitted } from "./permit-model";
import { findPriceRows, namesOn } from "./resolve-target";

/** Which models are listed: those of a protocol (null: of any) that have a price at an instant, epoch ms. */
type ListAsk = { readonly protocol: string | null; readonly at: number };

/**
 * The models a key may ask for, sorted by id: served by an enabled channel that the user sees, in the list's protocol (null: in any),
 * allowed by the key, and priced or not blocked by the policy for unpriced models (protocols-and-pricing.md 1.4). Of the models that a
 * channel serves by a prefix those are known that the key names.
 */
export function listModels(caller: Caller, config: ConfigSnapshot, { protocol, at }: ListAsk): readonly ListedModel[] {
  const ids = new Set<string>();
  for (const channel of visibleChannels(config.channels, caller.userGroups)) {
    if (!isOpen(channel, protocol)) continue;
    for (const id of namesOf(channel, caller)) {
      if (ids.has(id) || !isPermitted(id, caller)) continue;
      const { billedModel: model } = namesOn(channel, id, config);
      if (findPriceRows({ model, tier: "standard", at }, channel, config) !== null) ids.add(id);
    }
  }
  return [...ids].sort().map((id) => ({ id, ownedBy: "sluice", createdAt: 0 }));
}

function namesOf(channel: ChannelSnapshot, { models }: Caller): Iterable<string> {
  if (channel.patterns.length === 0 || models === null) return channel.models.keys();
  return [...models].filter((model) => mapModel(channel, model) !== null);
}

function isOpen(channel: ChannelSnapshot, protocol: string | null): boolean {
  return channel.credential !== null && (protocol === null || channel.protocols.some((id) => id === protocol));
}
