import { multiplierPpm } from "@/lib/money";
import { existing, managedBy } from "../existing";
import { defineOperation } from "../operation";
import { refuseUnknown } from "./refuse-unknown";
import { CreateUserGroupInput, UserGroup } from "./schema";
import { userGroupOutput } from "./user-group-output";

/** A new user group with its first users. */
export const createUserGroup = defineOperation({
  name: "userGroups.create",
  method: "POST",
  path: "/user-groups",
  summary: "Creates a user group.",
  permission: "user-groups:write",
  input: CreateUserGroupInput,
  output: UserGroup,
  errors: ["name_taken"],
  async run({ name, costMultiplier, userIds }, { ports, actor }) {
    const costMultiplierPpm = costMultiplier === null ? null : multiplierPpm(costMultiplier);
    const { id } = await ports.userGroups.insert({ name, costMultiplierPpm, managedBy: managedBy(actor) });
    refuseUnknown(userIds, (await ports.userGroups.addUsers(id, userIds)).unknown);
    const output = userGroupOutput(existing(await ports.userGroups.find(id)));
    return { output, audit: { target: `user-group:${id}`, before: null, after: { ...output, userIds } } };
  },
});
