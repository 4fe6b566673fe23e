import type { ChannelRow } from "@/core/channels/channel-row";
import { multiplierPpm } from "@/lib/money";
import { changesOf } from "../changes-of";
import { existing } from "../existing";
import { defineOperation, type OperationContext } from "../operation";
import { Channel } from "./channel";
import { channelNote } from "./channel-output";
import { faultsFromOutside, faultsOf, isSameHost, refuse } from "./check-channel";
import { planCredentials, sealPlan } from "./plan-credentials";
import { readChannel, readCredentials } from "./read-channel";
import { UpdateChannelInput } from "./schema";

/** Changes named fields of a channel. A new host needs the credentials again (C1). */
export const updateChannel = defineOperation({
  name: "channels.update",
  method: "PATCH",
  path: "/channels/{id}",
  summary: "Changes fields of a channel; a new host needs the credentials again.",
  permission: "channels:write",
  input: UpdateChannelInput,
  output: Channel,
  errors: ["not_found", "version_conflict", "name_taken"],
  async check(input, context) {
    const { faults } = await planChanges(input, context);
    refuse([...(await faultsFromOutside(input, context.ports)), ...faults]);
  },
  async run(input, context) {
    const { id, version } = input;
    const { ports } = context;
    const { row, changes, stored, plan, faults } = await planChanges(input, context);
    refuse(faults);
    const sealed = sealPlan(id, plan, { stored, secrets: ports.secrets });
    if (changes === null && sealed === null) return { output: await readChannel(id, ports) };
    // An empty patch still steps the version: a page that saw the old credential must not overwrite the new one.
    const updated = await ports.channels.update(id, changes ?? {}, version);
    if (sealed !== null) await ports.channels.setCredentials(id, sealed);
    const note = channelNote(updated, await ports.channels.credentials(id));
    const after = { ...note, credentialChanged: sealed !== null };
    return {
      output: await readChannel(id, ports),
      audit: { target: `channel:${id}`, before: channelNote(row, stored), after },
    };
  },
});

/** What an update changes, and what is wrong with it. */
async function planChanges(
  { id, version, credential, credentials, ...patch }: UpdateChannelInput,
  { ports, actor }: OperationContext,
) {
  const row = existing(await ports.channels.find(id));
  const changes = changesOf({ row, version, actor }, valuesOf(row, patch));
  const stored = await readCredentials(id, ports);
  const isMoved = stored.length > 0 && !isSameHost(row.baseUrl, changes?.baseUrl ?? row.baseUrl);
  const plan = planCredentials({ credential, credentials }, stored, isMoved);
  const faults = [...(await faultsOf({ ...row, ...changes }, row, ports)), ...plan.faults];
  return { row, changes, stored, plan, faults };
}

type Patch = Omit<UpdateChannelInput, "id" | "version" | "credential" | "credentials">;

/** The patch in stored form: the multiplier in millionths, timeouts and breaker over those of the row. */
function valuesOf(row: ChannelRow, { costMultiplier, timeouts, breaker, ...rest }: Patch) {
  return {
    ...rest,
    ...(timeouts === undefined ? {} : { timeouts: { ...row.timeouts, ...defined(timeouts) } }),
    ...(breaker === undefined ? {} : { breaker: { ...row.breaker, ...defined(breaker) } }),
    ...(costMultiplier === undefined ? {} : { costMultiplierPpm: multiplierPpm(costMultiplier) }),
  };
}

function defined<Value extends object>(value: Value): { [Name in keyof Value]?: Exclude<Value[Name], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as {
    [Name in keyof Value]?: Exclude<Value[Name], undefined>;
  };
}
