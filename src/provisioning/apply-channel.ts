import { AppError } from "@/core/errors";
import { createChannel } from "@/operations/channels/create-channel";
import { updateChannel } from "@/operations/channels/update-channel";
import { runInside } from "@/operations/run-operation";
import type { ConfigFile } from "./config-file";
import type { Step } from "./step";

/** Creates or changes the channel of that name. Without a credential an existing one stays. */
export function applyChannel({ credential, ...values }: ConfigFile["channels"][number], index: number): Step {
  return {
    path: `channels[${index}]`,
    label: `channel ${values.name}`,
    async run(context) {
      const row = await context.ports.channels.findByName(values.name);
      const given = credential == null ? {} : { credential };
      if (row !== null) {
        return runInside(updateChannel, { ...values, ...given, id: row.id, version: row.version }, context);
      }
      if (credential == null) {
        const fields = [{ path: "credential", code: "credential_required" }];
        throw new AppError("validation_failed", {}, { fields });
      }
      return runInside(createChannel, { ...values, credential }, context);
    },
  };
}
