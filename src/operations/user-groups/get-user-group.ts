import { existing } from "../existing";
import { defineOperation } from "../operation";
import { GetUserGroupInput, UserGroupWithUsers } from "./schema";
import { userGroupOutput } from "./user-group-output";

/** One user group with its users. */
export const getUserGroup = defineOperation({
  name: "userGroups.get",
  method: "GET",
  path: "/user-groups/{id}",
  summary: "Reads a user group with its users.",
  permission: "user-groups:read",
  input: GetUserGroupInput,
  output: UserGroupWithUsers,
  errors: ["not_found"],
  async run({ id }, { ports }) {
    const row = existing(await ports.userGroups.find(id));
    const rows = await ports.userGroups.listUsers({ userGroupId: id });
    const users = rows.map(({ userId, userName, email }) => ({ id: userId, name: userName, email }));
    return { output: { ...userGroupOutput(row), users } };
  },
});
