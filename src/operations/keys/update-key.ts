import { existing } from "../existing";
import { defineOperation } from "../operation";
import { Key, UpdateKeyInput } from "./schema";
import { updateRow } from "./write-key";

/** Changes named fields of a key. */
export const updateKey = defineOperation({
  name: "keys.update",
  method: "PATCH",
  path: "/keys/{id}",
  summary: "Changes fields of a key.",
  permission: "keys:write",
  input: UpdateKeyInput,
  output: Key,
  errors: ["not_found", "version_conflict", "name_taken"],
  async run(input, context) {
    return updateRow(existing(await context.ports.keys.find(input.id)), input, context);
  },
});
