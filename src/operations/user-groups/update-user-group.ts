import { multiplierPpm } from "@/lib/money";
import { changesOf } from "../changes-of";
import { existing } from "../existing";
import { defineOperation } from "../operation";
import { moveGroupEntry } from "./move-group-entry";
import { UpdateUserGroupInput, UserGroup } from "./schema";
import { userGroupOutput } from "./user-group-output";

/** Changes the name or the cost multiplier of a user group; its total and successful requests go along (channels-and-rates.md R4). */
export const updateUserGroup = defineOperation({
  name: "userGroups.update",
  method: "PATCH",
  path: "/user-groups/{id}",
  summary: "Changes a user group.",
  permission: "user-groups:write",
  input: UpdateUserGroupInput,
  output: UserGroup,
  errors: ["not_found", "version_conflict", "name_taken"],
  async run({ id, version, name, costMultiplier }, { ports, actor }) {
    const before = existing(await ports.userGroups.find(id));
    const costMultiplierPpm = costMultiplier == null ? costMultiplier : multiplierPpm(costMultiplier);
    const changes = changesOf({ row: before, version, actor }, { name, costMultiplierPpm });
    if (changes === null) return { output: userGroupOutput(before) };
    const output = userGroupOutput(await ports.userGroups.update(id, changes, version));
    await moveGroupEntry(ports, before.name, output.name);
    return { output, audit: { target: `user-group:${id}`, before: userGroupOutput(before), after: output } };
  },
});
