import type { ChannelCredentialRow, ChannelRow } from "@/core/channels/channel-row";
import { credentialContext } from "@/core/channels/credential-context";
import type { OperationPorts } from "@/core/ports";
import { existing } from "../existing";
import type { Channel } from "./channel";
import { channelOutput, type OpenedCredential } from "./channel-output";

/** What shows channels as the API does, of all of which it has read the credentials. */
export async function channelReader(ports: OperationPorts): Promise<(row: ChannelRow) => Channel> {
  const credentials = Map.groupBy(await ports.channels.credentials(), ({ channelId }) => channelId);
  return (row) => channelOutput(row, opened(credentials.get(row.id) ?? [], ports));
}

/** One channel as the API shows it. Throws not_found. */
export async function readChannel(id: number, ports: OperationPorts): Promise<Channel> {
  return channelOutput(existing(await ports.channels.find(id)), await readCredentials(id, ports));
}

/** The credentials of a channel in their order. */
export async function readCredentials(channelId: number, ports: OperationPorts): Promise<readonly OpenedCredential[]> {
  return opened(await ports.channels.credentials(channelId), ports);
}

/** The plain credential that a channel uses: the first enabled one that can be opened; null when there is none. */
export async function readCredential(row: ChannelRow, ports: OperationPorts): Promise<string | null> {
  const usable = (await readCredentials(row.id, ports)).find(({ enabled, plain }) => enabled && plain !== null);
  return usable?.plain ?? null;
}

function opened(rows: readonly ChannelCredentialRow[], { secrets }: OperationPorts): readonly OpenedCredential[] {
  return rows.map((row) => ({ ...row, plain: secrets.open(row.sealed, credentialContext(row.channelId, row.id)) }));
}
