import { isOwnKey, ownUserId } from "../existing";
import { defineOperation } from "../operation";
import { ownRequestItem } from "./request-output";
import { requestPage } from "./request-page";
import { ListOwnRequestsInput, OwnRequestList } from "./schema";

/** What a sign-in with a key sees of other keys. */
const NOTHING = { items: [], nextCursor: null, total: { value: 0, capped: false } };

/** The actor's own requests, newest first; of a sign-in with a key, those of that key. */
export const listOwnRequests = defineOperation({
  name: "me.requests.list",
  method: "GET",
  path: "/me/requests",
  summary: "Lists one's own requests, newest first.",
  permission: "me:read",
  input: ListOwnRequestsInput,
  output: OwnRequestList,
  errors: ["cursor_invalid", "cursor_mismatch"],
  async run(input, { ports, actor }) {
    const { keyId = actor.keyId } = input;
    if (keyId !== undefined && !isOwnKey(actor, keyId)) return { output: NOTHING };
    return { output: await requestPage({ ...input, keyId, userId: ownUserId(actor) }, ports, ownRequestItem) };
  },
});
