import type { ChannelPosition } from "@/core/channels/channel-row";
import { readListCursor } from "../list-cursor";
import { isWhole, listOutput } from "../list-output";
import { defineOperation } from "../operation";
import { ChannelList } from "./channel";
import { channelReader } from "./read-channel";
import { ListChannelsInput } from "./schema";

/** All channels in the order in which they are tried. */
export const listChannels = defineOperation({
  name: "channels.list",
  method: "GET",
  path: "/channels",
  summary: "Lists channels in the order in which they are tried.",
  permission: "channels:read",
  input: ListChannelsInput,
  output: ChannelList,
  errors: ["cursor_invalid", "cursor_mismatch"],
  async run({ cursor, limit }, { ports }) {
    const page = await ports.channels.page({ limit, after: readListCursor(cursor, {}, readPosition) });
    const item = await channelReader(ports);
    return { output: listOutput(page, { filter: {}, position: ({ priority, id }) => [priority, id], item }) };
  },
});

function readPosition([priority, id]: readonly unknown[]): ChannelPosition | null {
  return isWhole(priority) && isWhole(id) ? { priority, id } : null;
}
