import { existing } from "../existing";
import { defineOperation } from "../operation";
import { ChannelTest } from "./channel";
import { probe } from "./probe";
import { readCredential } from "./read-channel";
import { TestChannelInput } from "./schema";

/** Asks a stored channel's upstream for its models. */
export const testChannel = defineOperation({
  name: "channels.test",
  method: "POST",
  path: "/channels/{id}/test",
  summary: "Tests a channel: models found, latency, share of models with a price, or the cause of the failure.",
  permission: "channels:write",
  input: TestChannelInput,
  output: ChannelTest,
  errors: ["not_found"],
  isRead: true,
  async run({ id }, { ports }) {
    const row = existing(await ports.channels.find(id));
    return { output: await probe({ ...row, credential: await readCredential(row, ports) }, ports) };
  },
});
