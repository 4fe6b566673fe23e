import { runInside } from "@/operations/run-operation";
import { createUser } from "@/operations/users/create-user";
import { setPassword } from "@/operations/users/set-password";
import { updateUser } from "@/operations/users/update-user";
import type { ConfigFile } from "./config-file";
import type { Step } from "./step";

/** Creates or changes the user of that name. What the file leaves open of e-mail, language and zone stays the user's own. */
export function applyUser({ password, ...values }: ConfigFile["users"][number], index: number): Step {
  return {
    path: `users[${index}]`,
    label: `user ${values.name}`,
    async run(context) {
      const { users, accounts } = context.ports;
      const row = await users.findByName(values.name);
      if (row === null) return runInside(createUser, { ...values, password }, context);
      const { email, locale, timeZone, ...rest } = values;
      const named = Object.entries({ email, locale, timeZone }).filter(([, value]) => value !== null);
      const patch = { ...rest, ...Object.fromEntries(named), id: row.id, version: row.version };
      await runInside(updateUser, patch, context);
      if (password == null || (await accounts.verifyPassword(row.id, password))) return;
      await runInside(setPassword, { id: row.id, password }, context);
    },
  };
}
