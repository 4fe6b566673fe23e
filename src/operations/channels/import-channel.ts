import { defineOperation } from "../operation";
import { Channel } from "./channel";
import { checkNewChannel, insertChannel } from "./insert-channel";
import { ImportChannelInput } from "./schema";

/**
 * A new channel that may lack a credential: the provisioning file's way in, kept out of the registry. Until it has one it is not eligible for
 * any call.
 */
export const importChannel = defineOperation({
  name: "channels.import",
  method: "PUT",
  path: "/channels",
  summary: "Creates a channel whose credential may follow.",
  permission: "channels:write",
  input: ImportChannelInput,
  output: Channel,
  errors: ["name_taken"],
  check: (input, { ports }) => checkNewChannel(input, ports),
  run: (input, context) => insertChannel(input, context),
});
