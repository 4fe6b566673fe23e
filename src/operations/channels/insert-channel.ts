import type { z } from "zod";
import type { OperationPorts } from "@/core/ports";
import { multiplierPpm } from "@/lib/money";
import { managedBy } from "../existing";
import type { OperationContext, OperationResult } from "../operation";
import type { Channel } from "./channel";
import { channelNote } from "./channel-output";
import { faultsFromOutside, faultsOf, refuse } from "./check-channel";
import { planCredentials, sealPlan } from "./plan-credentials";
import { readChannel } from "./read-channel";
import type { ImportChannelInput } from "./schema";

type NewChannel = z.output<typeof ImportChannelInput>;

/** What can be judged of a new channel before its transaction, the network too. Throws validation_failed with every wrong field. */
export async function checkNewChannel(input: NewChannel, ports: OperationPorts): Promise<void> {
  const { faults } = planCredentials(input, [], false);
  refuse([
    ...(await faultsFromOutside({ ...input, id: null }, ports)),
    ...(await faultsOf(input, null, ports)),
    ...faults,
  ]);
}

/** Inserts a channel with its credentials sealed; without one it serves no call until it has one. */
export async function insertChannel(
  { credential, credentials, costMultiplier, ...values }: NewChannel,
  { ports, actor }: OperationContext,
): Promise<OperationResult<Channel>> {
  const plan = planCredentials({ credential, credentials }, [], false);
  refuse([...(await faultsOf(values, null, ports)), ...plan.faults]);
  const costMultiplierPpm = multiplierPpm(costMultiplier);
  const row = await ports.channels.insert({ ...values, costMultiplierPpm, managedBy: managedBy(actor) });
  const { id } = row;
  const sealed = sealPlan(id, plan, { stored: [], secrets: ports.secrets });
  if (sealed !== null) await ports.channels.setCredentials(id, sealed);
  const after = channelNote(row, await ports.channels.credentials(id));
  return { output: await readChannel(id, ports), audit: { target: `channel:${id}`, before: null, after } };
}
