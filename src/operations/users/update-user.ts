import { AppError } from "@/core/errors";
import type { OperationPorts } from "@/core/ports";
import type { UserRow } from "@/core/users/user";
import { changesOf } from "../changes-of";
import { existing } from "../existing";
import { defineOperation } from "../operation";
import { keepAdmin } from "./keep-admin";
import { refuseToken } from "./refuse-token";
import { UpdateUserInput, User } from "./schema";
import { userOutput } from "./user-output";

/** Changes named fields of a user. A changed role or a disabled user loses the sign-ins (SEC7), a former admin the access tokens; the last admin stays one. */
export const updateUser = defineOperation({
  name: "users.update",
  method: "PATCH",
  path: "/users/{id}",
  summary: "Changes fields of a user. An access token neither changes nor makes an admin.",
  permission: "users:write",
  input: UpdateUserInput,
  output: User,
  errors: ["admin_needs_sign_in", "not_found", "version_conflict", "name_taken", "email_taken", "last_admin"],
  async run({ id, version, ...patch }, { ports, actor, now }) {
    const before = existing(await ports.users.find(id));
    const changes = changesOf({ row: before, version, actor }, patch);
    if (changes === null) return { output: userOutput(before) };
    refuseToken(actor, before.role, changes.role);
    const after = await ports.users.update(id, changes, version);
    await followAccount(before, after, ports);
    if (before.role === "admin" && before.enabled && before.hasAccount && !(after.role === "admin" && after.enabled)) {
      await keepAdmin(ports.users);
    }
    // Tokens of a former admin would open again with the role.
    const isFormer = before.role === "admin" && after.role !== "admin";
    const revoked = isFormer ? await ports.accessTokens.revokeOf(id, now) : 0;
    const output = userOutput(after);
    const told = revoked === 0 ? output : { ...output, accessTokensRevoked: revoked };
    return { output, audit: { target: `user:${id}`, before: userOutput(before), after: told } };
  },
});

/** The account bears the user's name and e-mail, and its sign-ins the user's rights. */
async function followAccount(before: UserRow, after: UserRow, ports: OperationPorts): Promise<void> {
  if (!before.hasAccount) return;
  if (after.email === null) {
    throw new AppError("validation_failed", {}, { fields: [{ path: "email", code: "email_required" }] });
  }
  if (after.email !== before.email || after.name !== before.name) {
    await ports.accounts.setIdentity({ id: after.id, name: after.name, email: after.email });
  }
  if (after.role !== before.role || !after.enabled) await ports.accounts.endSignIns(after.id);
}
