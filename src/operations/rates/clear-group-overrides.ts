import { existing } from "../existing";
import { defineOperation } from "../operation";
import { clearOverrides } from "./clear-overrides";
import { ClearedOverrides, ClearOverridesInput } from "./schema";

/** Takes every override in a user group away (channels-and-rates.md R15). */
export const clearGroupOverrides = defineOperation({
  name: "rates.clearGroupOverrides",
  method: "DELETE",
  path: "/user-groups/{id}/rpm-overrides",
  summary: "Removes all rate overrides in a user group.",
  permission: "rates:write",
  input: ClearOverridesInput,
  output: ClearedOverrides,
  errors: ["not_found"],
  async run({ id }, context) {
    const { name } = existing(await context.ports.userGroups.find(id));
    return clearOverrides({ of: { userGroupId: id }, target: `user_group:${id}`, name }, context);
  },
});
