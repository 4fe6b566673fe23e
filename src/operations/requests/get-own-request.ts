import { existing, isOwnKey, ownUserId } from "../existing";
import { defineOperation } from "../operation";
import { findRequest } from "./find-request";
import { ownRequestDetail } from "./request-output";
import { GetOwnRequestInput, OwnRequestDetail } from "./schema";

/** One request of the actor. Another user's is `not_found`, like an unknown one (SEC4). */
export const getOwnRequest = defineOperation({
  name: "me.requests.get",
  method: "GET",
  path: "/me/requests/{id}",
  summary: "Reads a request of one's own with its cost math.",
  permission: "me:read",
  input: GetOwnRequestInput,
  output: OwnRequestDetail,
  errors: ["not_found"],
  async run({ id }, { ports, actor }) {
    const userId = ownUserId(actor);
    const row = await findRequest(id, ports);
    const isOwn = row.userId === userId && isOwnKey(actor, row.keyId);
    return { output: ownRequestDetail(existing(isOwn ? row : null)) };
  },
});
