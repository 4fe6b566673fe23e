import { existing } from "../existing";
import { defineOperation } from "../operation";
import { moveGroupEntry } from "./move-group-entry";
import { DeletedUserGroup, DeleteUserGroupInput } from "./schema";
import { userGroupOutput } from "./user-group-output";

/** Removes a user group with its limits (quota.md Q1) and its total and successful requests; its users stay. */
export const deleteUserGroup = defineOperation({
  name: "userGroups.delete",
  method: "DELETE",
  path: "/user-groups/{id}",
  summary: "Deletes a user group with its limits; its users stay.",
  permission: "user-groups:write",
  input: DeleteUserGroupInput,
  output: DeletedUserGroup,
  errors: ["not_found"],
  async run({ id }, { ports }) {
    const before = userGroupOutput(existing(await ports.userGroups.find(id)));
    const ended = existing(await ports.userGroups.delete(id));
    await moveGroupEntry(ports, before.name, null);
    const output = { id, ...ended, boosts: 0 };
    return { output, audit: { target: `user-group:${id}`, before: { ...before, ended }, after: null } };
  },
});
