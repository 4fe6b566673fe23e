import { ownUserId } from "../existing";
import { defineOperation } from "../operation";
import { CreateOwnKeyInput, KeyWithSecret } from "./schema";
import { insertKey } from "./write-key";

/** A new key of the actor. */
export const createOwnKey = defineOperation({
  name: "me.keys.create",
  method: "POST",
  path: "/me/keys",
  summary: "Creates a key of one's own and shows its secret once.",
  permission: "me:write",
  input: CreateOwnKeyInput,
  output: KeyWithSecret,
  errors: ["name_taken"],
  run: (input, context) => {
    const none = { enabled: true, ipAllow: [], ipDeny: [], maxConcurrent: null };
    return insertKey({ ...input, ...none, userId: ownUserId(context.actor) }, context);
  },
});
