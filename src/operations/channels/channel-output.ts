import type { ChannelCredentialRow, ChannelRow } from "@/core/channels/channel-row";
import { formatMultiplier } from "@/lib/money";
import { toIso, toVersioned } from "../to-output";
import type { Channel } from "./channel";

/** A stored credential with its plain value; null when it cannot be opened. */
export type OpenedCredential = ChannelCredentialRow & { readonly plain: string | null };

/** A channel as the API shows it: of its credentials the time and the last four characters (C1). */
export function channelOutput(row: ChannelRow, opened: readonly OpenedCredential[]): Channel {
  const credentials = opened.map(({ id, enabled, setAt, plain }) => ({
    ...{ id, enabled },
    ...{ setAt: toIso(setAt), opens: plain !== null, lastFour: lastFour(plain) },
  }));
  const [first] = credentials;
  const { setAt, opens, lastFour: end } = first ?? { setAt: "", opens: false, lastFour: null };
  const credential = first === undefined ? null : { setAt, opens, lastFour: end };
  return { ...settingsOutput(row), credential, credentials };
}

/** A channel for the audit log: nothing of its credentials but when they were set. */
export function channelNote(row: ChannelRow, credentials: readonly ChannelCredentialRow[]) {
  return {
    ...settingsOutput(row),
    credentials: credentials.map(({ id, enabled, setAt }) => ({ id, enabled, setAt: toIso(setAt) })),
  };
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
    costMultiplier: formatMultiplier(row.costMultiplierPpm),
    timeouts: { ...row.timeouts },
    headers: { set: { ...row.headers.set }, remove: [...row.headers.remove] },
    usageInStream: row.usageInStream,
    inputIncludesCache: row.inputIncludesCache,
    onDisconnect: row.onDisconnect,
    limiter: { ...row.limiter },
    overflow: row.overflow,
    breaker: { ...row.breaker },
    rpm: row.rpm,
    tpm: row.tpm,
    userGroups: [...row.userGroups],
    enabled: row.enabled,
  };
}

/** Short credentials would be told whole: they show nothing. */
function lastFour(plain: string | null): string | null {
  return plain !== null && plain.length >= 12 ? plain.slice(-4) : null;
}
