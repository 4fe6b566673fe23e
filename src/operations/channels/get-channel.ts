import { defineOperation } from "../operation";
import { Channel } from "./channel";
import { readChannel } from "./read-channel";
import { GetChannelInput } from "./schema";

/** One channel. */
export const getChannel = defineOperation({
  name: "channels.get",
  method: "GET",
  path: "/channels/{id}",
  summary: "Reads a channel; its credential is never shown.",
  permission: "channels:read",
  input: GetChannelInput,
  output: Channel,
  errors: ["not_found"],
  async run({ id }, { ports }) {
    return { output: await readChannel(id, ports) };
  },
});
