import { defineOperation } from "../operation";
import { toWholeList } from "../to-output";
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
  errors: [],
  async run({ q }, { ports }) {
    const rows = await ports.userGroups.list(q === undefined ? {} : { q });
    return { output: toWholeList(rows.map(userGroupOutput)) };
  },
});
