import { defineOperation } from "../operation";
import { CreateKeyInput, KeyWithSecret } from "./schema";
import { insertKey } from "./write-key";

/** A new key of any user; its secret is in this reply and nowhere else. */
export const createKey = defineOperation({
  name: "keys.create",
  method: "POST",
  path: "/keys",
  summary: "Creates a key and shows its secret once.",
  permission: "keys:write",
  input: CreateKeyInput,
  output: KeyWithSecret,
  errors: ["name_taken"],
  run: (input, context) => insertKey(input, context),
});
