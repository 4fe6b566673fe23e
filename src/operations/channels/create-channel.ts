import { existing, managedBy } from "../existing";
import { defineOperation } from "../operation";
import { channelNote, contextOf } from "./channel-output";
import { checkOperations, multiplierPpm } from "./check-channel";
import { readChannel } from "./read-channel";
import { Channel, CreateChannelInput } from "./schema";

/** A new channel; its credential is sealed and never read back. */
export const createChannel = defineOperation({
  name: "channels.create",
  method: "POST",
  path: "/channels",
  summary: "Creates a channel.",
  permission: "channels:write",
  input: CreateChannelInput,
  output: Channel,
  errors: ["name_taken", "base_url_forbidden"],
  check: ({ baseUrl }, { ports }) => ports.judgeUpstream(baseUrl),
  async run({ credential, costMultiplier, ...values }, { ports, actor }) {
    checkOperations(values.protocols, values.operations);
    const costMultiplierPpm = multiplierPpm(costMultiplier);
    const { id } = await ports.channels.insert({ ...values, costMultiplierPpm, managedBy: managedBy(actor) });
    await ports.channels.setCredential(id, ports.secrets.seal(credential, contextOf(id)));
    const after = channelNote(existing(await ports.channels.find(id)));
    return { output: await readChannel(id, ports), audit: { target: `channel:${id}`, before: null, after } };
  },
});
