import { AppError, type FieldError } from "@/core/errors";
import type { OperationContext } from "@/operations/operation";
import { runInside } from "@/operations/run-operation";
import { assignGroups } from "@/operations/user-groups/assign-groups";
import { createUser } from "@/operations/users/create-user";
import { refuseToken } from "@/operations/users/refuse-token";
import { setPassword } from "@/operations/users/set-password";
import { updateUser } from "@/operations/users/update-user";
import type { ConfigFile } from "./config-file";
import type { Step } from "./step";

/**
 * Creates or changes the user of that name. What the file leaves open of e-mail, language, zone, addresses and groups stays the user's own; a list of
 * groups is whole.
 */
export function applyUser(
  { groups, rpm: _, rpmOverrides: __, ...values }: ConfigFile["users"][number],
  index: number,
): Step {
  return {
    path: `users[${index}]`,
    label: `user ${values.name}`,
    async run(context) {
      const userId = await writeUser(values, context);
      if (groups == null) return;
      const userGroupIds = await idsOf(groups, context);
      await runInside(assignGroups, { userId, userGroupIds }, context);
    },
  };
}

type Values = Omit<ConfigFile["users"][number], "groups" | "rpm" | "rpmOverrides">;

/** The id of the user, who is as the file says. */
async function writeUser({ password, ...values }: Values, context: OperationContext): Promise<number> {
  const { users, accounts } = context.ports;
  const row = await users.findByName(values.name);
  if (row === null) return (await runInside(createUser, { ...values, password }, context)).id;
  const { email, locale, timeZone, ipAllow, ipDeny, ...rest } = values;
  const named = Object.entries({ email, locale, timeZone, ipAllow, ipDeny }).filter(([, value]) => value != null);
  const patch = { ...rest, ...Object.fromEntries(named), id: row.id, version: row.version };
  await runInside(updateUser, patch, context);
  // Before the comparison: its answer would tell a token whether it guessed right.
  if (password != null) refuseToken(context.actor, row.role);
  if (password != null && !(await accounts.verifyPassword(row.id, password))) {
    await runInside(setPassword, { id: row.id, password }, context);
  }
  return row.id;
}

/** The ids of user groups by name. Throws validation_failed for each name that is none. */
async function idsOf(names: readonly string[], { ports }: OperationContext): Promise<readonly number[]> {
  const ids: number[] = [];
  const fields: FieldError[] = [];
  for (const [index, name] of names.entries()) {
    const row = await ports.userGroups.findByName(name);
    if (row === null) fields.push({ path: `groups[${index}]`, code: "not_found" });
    else ids.push(row.id);
  }
  if (fields.length > 0) throw new AppError("validation_failed", {}, { fields });
  return ids;
}
