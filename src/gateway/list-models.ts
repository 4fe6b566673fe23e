import type { ChannelSnapshot } from "@/core/channels/channel";
import { mapModel } from "@/core/channels/map-model";
import { visibleChannels } from "@/core/channels/visible-channels";
import type { ConfigSnapshot } from "@/core/config-snapshot";
import { type OperationName, PROTOCOL_OPERATIONS, type ProtocolId } from "@/core/vocabulary";
import type { ListedModel } from "@/protocols/protocol";
import type { Caller } from "./exchange";
import type { GatewayDeps } from "./gateway-deps";
import { isPermitted } from "./permit-model";
import { findPriceRows, namesOn } from "./resolve-target";

const NO_OPERATIONS: ReadonlySet<OperationName> = new Set();

/** Which models a caller is told of. */
export type ListAsk = {
  readonly caller: Caller;
  /** Protocols of which one must serve a model; null: any does. */
  readonly protocols: readonly string[] | null;
  /** Whose list it is: the operations of a model are those in this protocol. */
  readonly shape: ProtocolId;
};

/**
 * The models a key may ask for, sorted by id: served by an enabled channel that the user sees, in one of the list's protocols, allowed by the
 * key, blocked for neither axis, and priced or not blocked by the policy for unpriced models (protocols-and-pricing.md 1.4). One whose limit is
 * exhausted stays. Of the models that a channel serves by a prefix those are known that the key names.
 */
export function listModels(
  { caller, protocols, shape }: ListAsk,
  { config, limitPlans, clock }: Pick<GatewayDeps, "config" | "limitPlans" | "clock">,
): readonly ListedModel[] {
  const current = config.current();
  const plan = limitPlans.planOf(caller, current.settings);
  const at = clock.now();
  const isBlocked = (model: string): boolean => {
    const modelGroupId = current.modelGroupOf(model)?.id ?? null;
    return plan.resolve({ modelGroupId, isFree: false, isRateOnly: true }, at).blockedBy !== null;
  };
  const found = new Map<string, ReadonlySet<OperationName>>();
  for (const channel of visibleChannels(current.channels, caller.userGroups)) {
    if (!isOpen(channel, protocols)) continue;
    const served = operationsOf(channel, shape);
    for (const id of namesOf(channel, caller)) {
      if (!isPermitted(id, caller)) continue;
      const { billedModel: model } = namesOn(channel, id, current);
      const rows = findPriceRows({ model, tier: "standard", at }, channel, current);
      if (rows !== null && !isBlocked(model)) found.set(id, new Set([...(found.get(id) ?? NO_OPERATIONS), ...served]));
    }
  }
  return [...found.keys()].sort().map((id) => entryOf(id, found.get(id) ?? NO_OPERATIONS, current));
}

function entryOf(id: string, operations: ReadonlySet<OperationName>, config: ConfigSnapshot): ListedModel {
  const maxOutputTokens = config.traitsOf(id)?.maxOutputTokens ?? null;
  const known = maxOutputTokens === null ? {} : { maxOutputTokens };
  return { id, ownedBy: "sluice", createdAt: 0, operations, ...known };
}

/** What a channel takes in a protocol. */
function operationsOf({ protocols, operations }: ChannelSnapshot, protocol: ProtocolId): ReadonlySet<OperationName> {
  if (!protocols.includes(protocol)) return NO_OPERATIONS;
  const all = PROTOCOL_OPERATIONS[protocol];
  return new Set(operations === null ? all : all.filter((name) => operations.includes(name)));
}

function namesOf(channel: ChannelSnapshot, { models }: Caller): Iterable<string> {
  if (channel.patterns.length === 0 || models === null) return channel.models.keys();
  return [...models].filter((model) => mapModel(channel, model) !== null);
}

function isOpen(channel: ChannelSnapshot, protocols: ListAsk["protocols"]): boolean {
  if (channel.credential === null) return false;
  return protocols === null || channel.protocols.some((id) => protocols.includes(id));
}
