import { existing } from "../existing";
import { defineOperation } from "../operation";
import { channelNote } from "./channel-output";
import { DeleteChannelInput, DeletedChannel } from "./schema";

/** Takes a channel out of service; running attempts finish and the ledger keeps its reference (C5). */
export const deleteChannel = defineOperation({
  name: "channels.delete",
  method: "DELETE",
  path: "/channels/{id}",
  summary: "Deletes a channel; running calls finish.",
  permission: "channels:write",
  input: DeleteChannelInput,
  output: DeletedChannel,
  errors: ["not_found"],
  async run({ id }, { ports }) {
    const before = existing(await ports.channels.find(id));
    const note = channelNote(before, await ports.channels.credentials(id));
    await ports.channels.delete(id);
    return { output: { id }, audit: { target: `channel:${id}`, before: note, after: null } };
  },
});
