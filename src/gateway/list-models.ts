import type { ChannelSnapshot } from "@/core/channels/channel";
import { mapModel } from "@/core/channels/map-model";
import { visibleChannels } from "@/core/channels/visible-channels";
import type { ConfigSnapshot } from "@/core/config-snapshot";
import { type OperationName, PROTOCOL_OPERATIONS, type ProtocolId } from "@/core/vocabulary";
import type { ListedModel } from "@/protocols/protocol";
import type { Caller } from "./exchange";
import { isPermitted } from "./permit-model";
import { findPriceRows, namesOn } from "./resolve-target";

/** Which list is asked for: that of a protocol, or, in its shape, that of all. */
export type ListAsk = {
  readonly protocol: ProtocolId;
  readonly inAny: boolean;
  /** Instant of the prices, epoch ms. */
  readonly at: number;
};

/**
 * The models a key may ask for, sorted by id: served by an enabled channel that the user sees, in the list's protocol (or in any), allowed by
 * the key, and priced or not blocked by the policy for unpriced models (protocols-and-pricing.md 1.4). Of the models that a channel serves by
 * a prefix those are known that the key names.
 */
export function listModels(caller: Caller, config: ConfigSnapshot, ask: ListAsk): readonly ListedModel[] {
  const found = new Map<string, ReadonlySet<OperationName>>();
  for (const channel of visibleChannels(config.channels, caller.userGroups)) {
    if (!isOpen(channel, ask)) continue;
    const served = operationsOf(channel, ask.protocol);
    for (const id of namesOf(channel, caller)) {
      const { billedModel: model } = namesOn(channel, id, config);
      if (!isPermitted(id, caller) || findPriceRows({ model, tier: "standard", at: ask.at }, channel, config) === null)
        continue;
      found.set(id, new Set([...(found.get(id) ?? []), ...served]));
    }
  }
  return [...found.keys()].sort().map((id) => entryOf(id, found.get(id) ?? new Set(), config));
}

function entryOf(id: string, operations: ReadonlySet<OperationName>, config: ConfigSnapshot): ListedModel {
  const maxOutputTokens = config.traitsOf(id)?.maxOutputTokens ?? null;
  const known = maxOutputTokens === null ? {} : { maxOutputTokens };
  return { id, ownedBy: "sluice", createdAt: 0, operations, ...known };
}

/** What a channel takes in a protocol. */
function operationsOf({ protocols, operations }: ChannelSnapshot, protocol: ProtocolId): ReadonlySet<OperationName> {
  if (!protocols.includes(protocol)) return new Set();
  const all = PROTOCOL_OPERATIONS[protocol];
  return new Set(operations === null ? all : all.filter((name) => operations.includes(name)));
}

function namesOf(channel: ChannelSnapshot, { models }: Caller): Iterable<string> {
  if (channel.patterns.length === 0 || models === null) return channel.models.keys();
  return [...models].filter((model) => mapModel(channel, model) !== null);
}

function isOpen({ credential, protocols }: ChannelSnapshot, { protocol, inAny }: ListAsk): boolean {
  return credential !== null && (inAny || protocols.includes(protocol));
}
