import { existing, managedBy } from "../existing";
import { defineOperation } from "../operation";
import { refuseToken } from "./refuse-token";
import { CreateUserInput, User } from "./schema";
import { userOutput } from "./user-output";

/** A new user, with a dashboard account when a password is given. */
export const createUser = defineOperation({
  name: "users.create",
  method: "POST",
  path: "/users",
  summary: "Creates a user; a password lets the user sign in to the dashboard. An access token makes no admin.",
  permission: "users:write",
  input: CreateUserInput,
  output: User,
  errors: ["admin_needs_sign_in", "name_taken", "email_taken"],
  async run({ password, ...values }, { ports, actor }) {
    refuseToken(actor, values.role);
    const row = await ports.users.insert({ ...values, managedBy: managedBy(actor) });
    if (password != null && row.email !== null) {
      await ports.accounts.setPassword({ id: row.id, name: row.name, email: row.email }, password);
    }
    const output = userOutput(existing(await ports.users.find(row.id)));
    return { output, audit: { target: `user:${row.id}`, before: null, after: output } };
  },
});
