import type { ChannelCredentialRow, ChannelRow } from "@/core/channels/channel-row";
import type { OperationPorts } from "@/core/ports";
import { formatFixed } from "@/lib/money";
import { toIso, toVersioned } from "../to-output";
import type { Channel } from "./schema";

/** A channel as the API shows it: of its credential the time and the last four characters (C1). */
export function channelOutput(
  row: ChannelRow,
  credential: ChannelCredentialRow | undefined,
  secrets: OperationPorts["secrets"],
): Channel {
  return {
    ...settingsOutput(row),
    credential: credential === undefined ? null : credentialOutput(credential, secrets),
  };
}

function credentialOutput({ channelId, sealed, setAt }: ChannelCredentialRow, secrets: OperationPorts["secrets"]) {
  const plain = secrets.open(sealed, contextOf(channelId));
  return { setAt: toIso(setAt), opens: plain !== null, lastFour: lastFour(plain) };
}

/** A channel for the audit log: nothing of its credential but when it was set. */
export function channelNote(row: ChannelRow) {
  return {
    ...settingsOutput(row),
    credentialSetAt: row.credentialSetAt === null ? null : toIso(row.credentialSetAt),
  };
}

/** The associated data that binds a sealed credential to its channel (SEC14). */
export function contextOf(channelId: number): string {
  return `channel:${channelId}`;
}

function settingsOutput(row: ChannelRow) {
  return {
    ...toVersioned(row),
    name: row.name,
    protocols: [...row.protocols],
    operations: row.operations === null ? null : [...row.operations],
    provider: row.provider,
    baseUrl: row.baseUrl,
    models: row.models.map(({ name, upstream }) => ({ name, upstream })),
    priority: row.priority,
    weight: row.weight,
    costMultiplier: formatFixed(BigInt(row.costMultiplierPpm), 6),
    timeouts: { ...row.timeouts },
    headers: { set: { ...row.headers.set }, remove: [...row.headers.remove] },
    usageInStream: row.usageInStream,
    inputIncludesCache: row.inputIncludesCache,
    onDisconnect: row.onDisconnect,
    enabled: row.enabled,
  };
}

/** Short credentials would be told whole: they show nothing. */
function lastFour(plain: string | null): string | null {
  return plain !== null && plain.length >= 12 ? plain.slice(-4) : null;
}
