import { existing } from "../existing";
import { defineOperation } from "../operation";
import { KeyWithSecret, RotateKeyInput } from "./schema";
import { rotateRow } from "./write-key";

/** A new secret for a key; the old one works on for the overlap. */
export const rotateKey = defineOperation({
  name: "keys.rotate",
  method: "POST",
  path: "/keys/{id}/rotate",
  summary: "Gives a key a new secret and shows it once.",
  permission: "keys:write",
  input: RotateKeyInput,
  output: KeyWithSecret,
  errors: ["not_found"],
  async run(input, context) {
    return rotateRow(existing(await context.ports.keys.find(input.id)), input, context);
  },
});
