import { AppError } from "@/core/errors";
import { existing } from "../existing";
import { defineOperation } from "../operation";
import { refuseToken } from "./refuse-token";
import { SetPasswordInput, User } from "./schema";
import { userOutput } from "./user-output";

/** Sets a user's dashboard password and ends the sign-ins made with the old one (SEC7), and the access tokens that a thief of it may have made. */
export const setPassword = defineOperation({
  name: "users.setPassword",
  method: "POST",
  path: "/users/{id}/password",
  summary: "Sets the dashboard password of a user and ends the user's sign-ins and access tokens.",
  permission: "users:write",
  input: SetPasswordInput,
  output: User,
  errors: ["admin_needs_sign_in", "not_found", "email_taken"],
  async run({ id, password }, { ports, actor, now }) {
    const before = existing(await ports.users.find(id));
    refuseToken(actor, before.role);
    if (before.email === null) {
      throw new AppError("validation_failed", {}, { fields: [{ path: "email", code: "email_required" }] });
    }
    await ports.accounts.setPassword({ id, name: before.name, email: before.email }, password);
    await ports.accounts.endSignIns(id);
    const accessTokensRevoked = await ports.accessTokens.revokeOf(id, now);
    const output = userOutput(existing(await ports.users.find(id)));
    return {
      output,
      audit: {
        target: `user:${id}`,
        before: { hasAccount: before.hasAccount },
        after: { password: "changed", accessTokensRevoked },
      },
    };
  },
});
