import { existing } from "../existing";
import { defineOperation } from "../operation";
import { AssignedGroups, AssignGroupsInput } from "./schema";

/**
 * Makes the given groups those of a user, and no others: the provisioning file's way, kept out of the registry. Writes nothing when
 * nothing differs.
 */
export const assignGroups = defineOperation({
  name: "userGroups.assign",
  method: "PUT",
  path: "/users/{userId}/groups",
  summary: "Sets the groups of a user.",
  permission: "user-groups:write",
  input: AssignGroupsInput,
  output: AssignedGroups,
  errors: ["not_found"],
  async run({ userId, userGroupIds }, { ports: { users, userGroups } }) {
    const user = existing(await users.find(userId));
    const current = await userGroups.listUsers({ userId });
    const left = current.filter((row) => !userGroupIds.includes(row.userGroupId));
    const joined = userGroupIds.filter((id) => !current.some((row) => row.userGroupId === id));
    for (const { userGroupId } of left) await userGroups.removeUsers(userGroupId, [userId]);
    for (const id of joined) await userGroups.addUsers(id, [userId]);
    const before = current.map((row) => row.userGroupName);
    if (left.length === 0 && joined.length === 0) return { output: { userId, groups: before } };
    const groups = (await userGroups.listUsers({ userId })).map((row) => row.userGroupName);
    const note = { name: user.name, groups };
    return {
      output: { userId, groups },
      audit: { target: `user:${userId}`, before: { ...note, groups: before }, after: note },
    };
  },
});
