import { multiplierPpm } from "@/lib/money";
import { managedBy } from "../existing";
import { defineOperation } from "../operation";
import { Channel } from "./channel";
import { channelNote } from "./channel-output";
import { faultsFromOutside, faultsOf, refuse } from "./check-channel";
import { planCredentials, sealPlan } from "./plan-credentials";
import { readChannel } from "./read-channel";
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
  async check(input, { ports }) {
    const { faults } = planCredentials(input, [], false);
    refuse([
      ...(await faultsFromOutside({ ...input, id: null }, ports)),
      ...(await faultsOf(input, null, ports)),
      ...faults,
    ]);
  },
  async run({ credential, credentials, costMultiplier, ...values }, { ports, actor }) {
    const plan = planCredentials({ credential, credentials }, [], false);
    refuse([...(await faultsOf(values, null, ports)), ...plan.faults]);
    const costMultiplierPpm = multiplierPpm(costMultiplier);
    const row = await ports.channels.insert({ ...values, costMultiplierPpm, managedBy: managedBy(actor) });
    const { id } = row;
    await ports.channels.setCredentials(id, sealPlan(id, plan, { stored: [], secrets: ports.secrets }) ?? []);
    const after = channelNote(row, await ports.channels.credentials(id));
    return { output: await readChannel(id, ports), audit: { target: `channel:${id}`, before: null, after } };
  },
});
