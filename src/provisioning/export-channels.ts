import type { ChannelRow } from "@/core/channels/channel-row";
import type { OperationPorts } from "@/core/ports";
import type { UserGroupRow } from "@/core/users/user-group";
import { formatMultiplier } from "@/lib/money";
import type { ReferenceNames } from "./reference-names";

type Around = {
  readonly ports: OperationPorts;
  readonly userGroups: readonly UserGroupRow[];
  /** null: secrets are left out. */
  readonly name: ReferenceNames | null;
};

/** Channels as the file writes them, in the order in which they are tried: among equals that is the order of the file. */
export async function exportChannels(rows: readonly ChannelRow[], { ports, userGroups, name }: Around) {
  const groupNames = new Map(userGroups.map((group) => [group.id, group.name]));
  const credentials = Map.groupBy(await ports.channels.credentials(), ({ channelId }) => channelId);
  return rows.map(({ costMultiplierPpm, ...row }) => ({
    name: row.name,
    protocols: row.protocols,
    operations: row.operations,
    provider: row.provider,
    baseUrl: row.baseUrl,
    ...(name === null ? {} : referTo(row.name, credentials.get(row.id) ?? [], name)),
    models: row.models.map((model) => (model.name === model.upstream ? model.name : { ...model })),
    priority: row.priority,
    weight: row.weight,
    costMultiplier: formatMultiplier(costMultiplierPpm),
    timeouts: row.timeouts,
    headers: row.headers,
    usageInStream: row.usageInStream,
    inputIncludesCache: row.inputIncludesCache,
    onDisconnect: row.onDisconnect,
    limiter: row.limiter,
    overflow: row.overflow,
    breaker: row.breaker,
    rpm: row.rpm,
    tpm: row.tpm,
    // the id of a group that is gone is no name: such a channel must not come back open to everyone
    userGroups: row.userGroups.map((id) => groupNames.get(id) ?? `#${id}`),
    enabled: row.enabled,
  }));
}

/** A single credential in use needs no list. */
function referTo(channel: string, credentials: readonly { readonly enabled: boolean }[], name: ReferenceNames) {
  const values = credentials.map(({ enabled }) => ({ value: name("CHANNEL", [channel], "CREDENTIAL"), enabled }));
  const [first] = values;
  if (first === undefined) return {};
  return values.length === 1 && first.enabled ? { credential: first.value } : { credentials: values };
}
