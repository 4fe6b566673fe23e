import type { ChannelRow } from "@/core/channels/channel-row";
import { AppError } from "@/core/errors";
import { changesOf } from "../changes-of";
import { existing } from "../existing";
import { defineOperation } from "../operation";
import { channelNote, contextOf } from "./channel-output";
import { checkOperations, isSameHost, multiplierPpm } from "./check-channel";
import { readChannel, readCredential } from "./read-channel";
import { Channel, UpdateChannelInput } from "./schema";

/** Changes named fields of a channel. A new host needs the credential again (C1). */
export const updateChannel = defineOperation({
  name: "channels.update",
  method: "PATCH",
  path: "/channels/{id}",
  summary: "Changes fields of a channel; a new host needs the credential again.",
  permission: "channels:write",
  input: UpdateChannelInput,
  output: Channel,
  errors: ["not_found", "version_conflict", "name_taken", "base_url_forbidden"],
  async check({ baseUrl }, { ports }) {
    if (baseUrl !== undefined) await ports.judgeUpstream(baseUrl);
  },
  async run({ id, version, credential, ...patch }, { ports, actor }) {
    const row = existing(await ports.channels.find(id));
    const changes = changesOf({ row, version, actor }, valuesOf(row, patch));
    checkOperations(changes?.protocols ?? row.protocols, changes?.operations ?? row.operations);
    checkHost(row, changes?.baseUrl, credential);
    const isNewCredential = credential !== undefined && credential !== (await readCredential(row, ports));
    if (changes === null && !isNewCredential) return { output: await readChannel(id, ports) };
    // An empty patch still steps the version: a page that saw the old credential must not overwrite the new one.
    await ports.channels.update(id, changes ?? {}, version);
    if (isNewCredential) await ports.channels.setCredential(id, ports.secrets.seal(credential, contextOf(id)));
    const after = { ...channelNote(existing(await ports.channels.find(id))), credentialChanged: isNewCredential };
    return {
      output: await readChannel(id, ports),
      audit: { target: `channel:${id}`, before: channelNote(row), after },
    };
  },
});

type Patch = Omit<UpdateChannelInput, "id" | "version" | "credential">;

/** The patch in stored form: the multiplier in millionths, timeouts over those of the row. */
function valuesOf(row: ChannelRow, { costMultiplier, timeouts, ...rest }: Patch) {
  const { connectMs, firstByteMs, idleMs } = { ...row.timeouts, ...defined(timeouts ?? {}) };
  return {
    ...rest,
    ...(timeouts === undefined ? {} : { timeouts: { connectMs, firstByteMs, idleMs } }),
    ...(costMultiplier === undefined ? {} : { costMultiplierPpm: multiplierPpm(costMultiplier) }),
  };
}

function defined<Value extends object>(value: Value): { [Name in keyof Value]?: Exclude<Value[Name], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as {
    [Name in keyof Value]?: Exclude<Value[Name], undefined>;
  };
}

function checkHost(row: ChannelRow, baseUrl: string | undefined, credential: string | undefined): void {
  if (baseUrl === undefined || credential !== undefined || isSameHost(row.baseUrl, baseUrl)) return;
  const fields = [{ path: "credential", code: "credential_reentry_required" }];
  throw new AppError("validation_failed", {}, { fields });
}
