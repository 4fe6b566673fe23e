import { AppError, type FieldError } from "@/core/errors";
import { importChannel } from "@/operations/channels/import-channel";
import { updateChannel } from "@/operations/channels/update-channel";
import type { OperationContext } from "@/operations/operation";
import { runInside } from "@/operations/run-operation";
import type { ConfigFile } from "./config-file";
import type { Step } from "./step";

/**
 * Creates or changes the channel of that name. Without a credential an existing one keeps its own, and a new one serves no call until it has
 * one.
 */
export function applyChannel(
  { credential, credentials, userGroups: groups, ...values }: ConfigFile["channels"][number],
  index: number,
): Step {
  return {
    path: `channels[${index}]`,
    label: `channel ${values.name}`,
    async run(context) {
      const userGroups = await idsOf(groups, context);
      const row = await context.ports.channels.findByName(values.name);
      const input = { ...values, userGroups, credential, credentials };
      const channel =
        row === null
          ? await runInside(importChannel, input, context)
          : await runInside(updateChannel, { ...input, id: row.id, version: row.version }, context);
      return channel.credential === null ? "credential_missing" : undefined;
    },
  };
}

/** The ids of user groups by name. Throws validation_failed for each name that is none. */
async function idsOf(names: readonly string[], { ports }: OperationContext): Promise<readonly number[]> {
  const found = await Promise.all(names.map((name) => ports.userGroups.findByName(name)));
  const fields = found.flatMap((row, index): FieldError[] =>
    row === null ? [{ path: `userGroups[${index}]`, code: "user_group_unknown" }] : [],
  );
  if (fields.length > 0) throw new AppError("validation_failed", {}, { fields });
  return found.flatMap((row) => (row === null ? [] : [row.id]));
}
