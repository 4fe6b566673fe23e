import { existing } from "../existing";
import { defineOperation } from "../operation";
import { keepAdmin } from "./keep-admin";
import { refuseToken } from "./refuse-token";
import { DeletedUser, DeleteUserInput } from "./schema";
import { userOutput } from "./user-output";

/** Removes a user with keys and account; what the user spent stays in the ledger. */
export const deleteUser = defineOperation({
  name: "users.delete",
  method: "DELETE",
  path: "/users/{id}",
  summary: "Deletes a user with keys and account; the ledger keeps what was spent.",
  permission: "users:write",
  input: DeleteUserInput,
  output: DeletedUser,
  errors: ["admin_needs_sign_in", "not_found", "last_admin"],
  async run({ id }, { ports, actor }) {
    const before = existing(await ports.users.find(id));
    refuseToken(actor, before.role);
    if (before.hasAccount) await ports.accounts.endSignIns(id);
    await ports.users.delete(id);
    if (before.role === "admin" && before.enabled && before.hasAccount) await keepAdmin(ports.users);
    return { output: { id }, audit: { target: `user:${id}`, before: userOutput(before), after: null } };
  },
});
