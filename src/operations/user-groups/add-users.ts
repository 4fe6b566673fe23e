import { existing } from "../existing";
import { defineOperation } from "../operation";
import { refuseUnknown } from "./refuse-unknown";
import { GroupUsersInput, UserGroup } from "./schema";
import { userGroupOutput } from "./user-group-output";

/** Puts users into a group, all of them or none; the group's limits are theirs from then on, each with an own counter. */
export const addUsers = defineOperation({
  name: "userGroups.addUsers",
  method: "POST",
  path: "/user-groups/{id}/users",
  summary: "Adds users to a user group.",
  permission: "user-groups:write",
  input: GroupUsersInput,
  output: UserGroup,
  errors: ["not_found"],
  async run({ id, userIds }, { ports }) {
    const before = userGroupOutput(existing(await ports.userGroups.find(id)));
    const { added, unknown } = await ports.userGroups.addUsers(id, userIds);
    refuseUnknown(userIds, unknown);
    if (added.length === 0) return { output: before };
    const output = userGroupOutput(existing(await ports.userGroups.find(id)));
    return { output, audit: { target: `user-group:${id}`, before, after: { ...output, added } } };
  },
});
