import { ownUserId } from "../existing";
import { defineOperation } from "../operation";
import { ownRequestItem } from "./request-output";
import { requestPage } from "./request-page";
import { ListOwnRequestsInput, OwnRequestList } from "./schema";

/** The actor's own requests, newest first. */
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
    return { output: await requestPage({ ...input, userId: ownUserId(actor) }, ports, ownRequestItem) };
  },
});
