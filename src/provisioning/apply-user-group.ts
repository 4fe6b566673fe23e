import { runInside } from "@/operations/run-operation";
import { createUserGroup } from "@/operations/user-groups/create-user-group";
import { updateUserGroup } from "@/operations/user-groups/update-user-group";
import type { ConfigFile } from "./config-file";
import type { Step } from "./step";

/** Creates or changes the user group of that name; who is in it is said by the users. */
export function applyUserGroup({ rpm: _, ...fields }: ConfigFile["userGroups"][number], index: number): Step {
  return {
    path: `userGroups[${index}]`,
    label: `user group ${fields.name}`,
    async run(context) {
      const row = await context.ports.userGroups.findByName(fields.name);
      if (row === null) return runInside(createUserGroup, fields, context);
      return runInside(updateUserGroup, { id: row.id, version: row.version, ...fields }, context);
    },
  };
}
