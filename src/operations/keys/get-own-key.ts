import { defineOperation } from "../operation";
import { keyOutput } from "./key-output";
import { ownKey } from "./own-key";
import { GetKeyInput, Key } from "./schema";

/** One key of the actor. */
export const getOwnKey = defineOperation({
  name: "me.keys.get",
  method: "GET",
  path: "/me/keys/{id}",
  summary: "Reads a key of one's own.",
  permission: "me:read",
  input: GetKeyInput,
  output: Key,
  errors: ["not_found"],
  async run({ id }, context) {
    return { output: keyOutput(await ownKey(id, context), context.now) };
  },
});
