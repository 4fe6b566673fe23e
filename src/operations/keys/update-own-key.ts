import { defineOperation } from "../operation";
import { ownKey } from "./own-key";
import { Key, UpdateOwnKeyInput } from "./schema";
import { updateRow } from "./write-key";

/** Renames a key of the actor or switches it off. */
export const updateOwnKey = defineOperation({
  name: "me.keys.update",
  method: "PATCH",
  path: "/me/keys/{id}",
  summary: "Renames a key of one's own or switches it off.",
  permission: "me:write",
  input: UpdateOwnKeyInput,
  output: Key,
  errors: ["not_found", "version_conflict", "name_taken"],
  async run(input, context) {
    return updateRow(await ownKey(input.id, context), input, context);
  },
});
