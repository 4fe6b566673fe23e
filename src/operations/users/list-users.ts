import { defineOperation } from "../operation";
import { toWholeList } from "../to-output";
import { ListUsersInput, UserList } from "./schema";
import { userOutput } from "./user-output";

/** All users, filtered, by name. */
export const listUsers = defineOperation({
  name: "users.list",
  method: "GET",
  path: "/users",
  summary: "Lists users.",
  permission: "users:read",
  input: ListUsersInput,
  output: UserList,
  errors: [],
  async run({ q, enabled }, { ports }) {
    const rows = await ports.users.list({
      ...(q === undefined ? {} : { q }),
      ...(enabled === undefined ? {} : { enabled }),
    });
    return { output: toWholeList(rows.map(userOutput)) };
  },
});
