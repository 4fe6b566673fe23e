import { defineOperation } from "../operation";
import { toWholeList } from "../to-output";
import { ChannelList } from "./channel";
import { readChannels } from "./read-channel";
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
  errors: [],
  async run(_input, { ports }) {
    return { output: toWholeList(await readChannels(ports)) };
  },
});
