import { givenFilters, readListCursor } from "../list-cursor";
import { listOutput, namePosition, readNamePosition } from "../list-output";
import { defineOperation } from "../operation";
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
  errors: ["cursor_invalid", "cursor_mismatch"],
  async run({ cursor, limit, ...given }, { ports }) {
    const filter = givenFilters(given);
    const after = readListCursor(cursor, filter, readNamePosition);
    const page = await ports.users.page(filter, { limit, after });
    return { output: listOutput(page, { filter, position: namePosition, item: userOutput }) };
  },
});
