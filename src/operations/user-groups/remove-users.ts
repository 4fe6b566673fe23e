import { existing } from "../existing";
import { defineOperation } from "../operation";
import { GroupUsersInput, UserGroup } from "./schema";
import { userGroupOutput } from "./user-group-output";

/** Takes users out of a group; who is not in it is passed over. */
export const removeUsers = defineOperation({
  name: "userGroups.removeUsers",
  method: "DELETE",
  path: "/user-groups/{id}/users",
  summary: "Removes users from a user group.",
  permission: "user-groups:write",
  input: GroupUsersInput,
  output: UserGroup,
  errors: ["not_found"],
  async run({ id, userIds }, { ports }) {
    const before = userGroupOutput(existing(await ports.userGroups.find(id)));
    const removed = await ports.userGroups.removeUsers(id, userIds);
    if (removed.length === 0) return { output: before };
    const output = userGroupOutput(existing(await ports.userGroups.find(id)));
    return { output, audit: { target: `user-group:${id}`, before, after: { ...output, removed } } };
  },
});
