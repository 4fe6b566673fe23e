import { AppError } from "@/core/errors";
import { importKey } from "@/operations/keys/import-key";
import { runInside } from "@/operations/run-operation";
import type { ConfigFile } from "./config-file";
import type { Step } from "./step";

/** Creates or changes the key of that user and name. Without a secret an existing one keeps its own, and a new one has one that nobody knows. */
export function applyKey({ user, ...values }: ConfigFile["keys"][number], index: number): Step {
  return {
    path: `keys[${index}]`,
    label: `key ${user}/${values.name}`,
    async run(context) {
      const owner = await context.ports.users.findByName(user);
      if (owner === null) {
        throw new AppError("validation_failed", {}, { fields: [{ path: "user", code: "not_found" }] });
      }
      const isNew = (await context.ports.keys.findByName(owner.id, values.name)) === null;
      await runInside(importKey, { ...values, userId: owner.id }, context);
      return isNew && values.secret == null ? "secret_unknown" : undefined;
    },
  };
}
