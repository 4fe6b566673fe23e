import type { ChannelSnapshot } from "@/core/channels/channel";
import type { ConfigSnapshot } from "@/core/config-snapshot";
import type { ListedModel } from "@/protocols/protocol";
import type { Caller } from "./exchange";
import { isPermitted } from "./permit-model";
import { findPriceRows } from "./resolve-target";

/**
 * The models a key may ask for, sorted by id: served by an enabled channel in the list's protocol (null: in any), allowed by the key, and
 * priced or not blocked by the policy for unpriced models (protocols-and-pricing.md 1.4).
 */
export function listModels(caller: Caller, config: ConfigSnapshot, protocol: string | null): readonly ListedModel[] {
  const ids = new Set<string>();
  for (const channel of config.channels) {
    if (!isOpen(channel, protocol)) continue;
    for (const id of channel.models.keys()) {
      if (ids.has(id) || !isPermitted(id, caller)) continue;
      if (findPriceRows(id, channel, config) !== null) ids.add(id);
    }
  }
  return [...ids].sort().map((id) => ({ id, ownedBy: "sluice", createdAt: 0 }));
}

function isOpen(channel: ChannelSnapshot, protocol: string | null): boolean {
  return channel.credential !== null && (protocol === null || channel.protocols.some((id) => id === protocol));
}
