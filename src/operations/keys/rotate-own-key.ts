import { defineOperation } from "../operation";
import { ownKey } from "./own-key";
import { KeyWithSecret, RotateKeyInput } from "./schema";
import { rotateRow } from "./write-key";

/** A new secret for a key of the actor. */
export const rotateOwnKey = defineOperation({
  name: "me.keys.rotate",
  method: "POST",
  path: "/me/keys/{id}/rotate",
  summary: "Gives a key of one's own a new secret and shows it once.",
  permission: "me:write",
  input: RotateKeyInput,
  output: KeyWithSecret,
  errors: ["not_found"],
  async run(input, context) {
    return rotateRow(await ownKey(input.id, context), input, context);
  },
});
