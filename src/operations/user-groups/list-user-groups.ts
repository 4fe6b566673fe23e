import { givenFilters, readListCursor } from "../list-cursor";
import { listOutput, namePosition, readNamePosition } from "../list-output";
import { defineOperation } from "../operation";
import { ListUserGroupsInput, UserGroupList } from "./schema";
import { userGroupOutput } from "./user-group-output";

/** All user groups with the number of their users, by name. */
export const listUserGroups = defineOperation({
  name: "userGroups.list",
  method: "GET",
  path: "/user-groups",
  summary: "Lists user groups.",
  permission: "user-groups:read",
  input: ListUserGroupsInput,
  output: UserGroupList,
  errors: ["cursor_invalid", "cursor_mismatch"],
  async run({ cursor, limit, ...given }, { ports }) {
    const filter = givenFilters(given);
    const after = readListCursor(cursor, filter, readNamePosition);
    const page = await ports.userGroups.page(filter, { limit, after });
    return { output: listOutput(page, { filter, position: namePosition, item: userGroupOutput }) };
  },
});
