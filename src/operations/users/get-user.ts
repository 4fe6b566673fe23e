import { existing } from "../existing";
import { defineOperation } from "../operation";
import { GetUserInput, User } from "./schema";
import { userOutput } from "./user-output";

/** One user. */
export const getUser = defineOperation({
  name: "users.get",
  method: "GET",
  path: "/users/{id}",
  summary: "Reads a user.",
  permission: "users:read",
  input: GetUserInput,
  output: User,
  errors: ["not_found"],
  async run({ id }, { ports }) {
    return { output: userOutput(existing(await ports.users.find(id))) };
  },
});
