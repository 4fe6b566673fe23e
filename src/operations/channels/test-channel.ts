import type { ChannelRow } from "@/core/channels/channel-row";
import type { OperationPorts } from "@/core/ports";
import { existing } from "../existing";
import { defineOperation } from "../operation";
import { ChannelTest } from "./channel";
import { probe } from "./probe";
import { readCredential } from "./read-channel";
import { TestChannelInput } from "./schema";

/** Asks a stored channel's upstream for its models, in one of its slots (channels-and-rates.md C14). */
export const testChannel = defineOperation({
  name: "channels.test",
  method: "POST",
  path: "/channels/{id}/test",
  summary: "Tests a channel: models found, latency, share of models with a price, or the cause of the failure.",
  permission: "channels:write",
  input: TestChannelInput,
  output: ChannelTest,
  errors: ["not_found"],
  isDetached: true,
  async run({ id }, { ports }) {
    const row = existing(await ports.channels.find(id));
    const output = await testInSlot({ ...row, credential: await readCredential(row, ports) }, ports);
    const found = output.ok ? { ok: true } : { ok: false, cause: output.cause, status: output.status };
    return { output, audit: { target: `channel:${id}`, before: null, after: found } };
  },
});

async function testInSlot(
  channel: ChannelRow & { credential: string | null },
  ports: OperationPorts,
): Promise<ChannelTest> {
  const slot = await ports.beginChannelTest(channel.id);
  if (slot === null) return { ok: false, cause: "busy", status: null };
  let found: ChannelTest | null = null;
  try {
    found = await probe(channel, ports);
    return found;
  } finally {
    slot.end(found?.ok === true);
  }
}
