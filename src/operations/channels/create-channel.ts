import { defineOperation } from "../operation";
import { Channel } from "./channel";
import { checkNewChannel, insertChannel } from "./insert-channel";
import { CreateChannelInput } from "./schema";

/** A new channel; its credentials are sealed and never read back. */
export const createChannel = defineOperation({
  name: "channels.create",
  method: "POST",
  path: "/channels",
  summary: "Creates a channel.",
  permission: "channels:write",
  input: CreateChannelInput,
  output: Channel,
  errors: ["name_taken"],
  check: (input, { ports }) => checkNewChannel(input, ports),
  run: (input, context) => insertChannel(input, context),
});
