import type { ChannelRow } from "@/core/channels/channel-row";
import type { OperationPorts } from "@/core/ports";
import { existing } from "../existing";
import { channelOutput, contextOf } from "./channel-output";
import type { Channel } from "./schema";

/** All channels as the API shows them, in the order in which they are tried. */
export async function readChannels(ports: OperationPorts): Promise<Channel[]> {
  const credentials = new Map((await ports.channels.credentials()).map((entry) => [entry.channelId, entry]));
  const rows = [...(await ports.channels.list())].sort((a, b) => a.priority - b.priority || a.id - b.id);
  return rows.map((row) => channelOutput(row, credentials.get(row.id), ports.secrets));
}

/** One channel as the API shows it. Throws not_found. */
export async function readChannel(id: number, ports: OperationPorts): Promise<Channel> {
  const row = existing(await ports.channels.find(id));
  const credential = (await ports.channels.credentials()).find((entry) => entry.channelId === id);
  return channelOutput(row, credential, ports.secrets);
}

/** The plain credential of a channel; null when there is none or it cannot be opened. */
export async function readCredential(row: ChannelRow, ports: OperationPorts): Promise<string | null> {
  const stored = (await ports.channels.credentials()).find((entry) => entry.channelId === row.id);
  return stored === undefined ? null : ports.secrets.open(stored.sealed, contextOf(row.id));
}
