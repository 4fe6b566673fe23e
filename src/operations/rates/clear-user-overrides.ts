import { existing } from "../existing";
import { defineOperation } from "../operation";
import { clearOverrides } from "./clear-overrides";
import { ClearedOverrides, ClearOverridesInput } from "./schema";

/** Takes every override of a user away (channels-and-rates.md R15). */
export const clearUserOverrides = defineOperation({
  name: "rates.clearUserOverrides",
  method: "DELETE",
  path: "/users/{id}/rpm-overrides",
  summary: "Removes all rate overrides of a user.",
  permission: "rates:write",
  input: ClearOverridesInput,
  output: ClearedOverrides,
  errors: ["not_found"],
  async run({ id }, context) {
    const { name } = existing(await context.ports.users.find(id));
    return clearOverrides({ of: { userId: id }, target: `user:${id}`, name }, context);
  },
});
