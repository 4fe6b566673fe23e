import { defineOperation } from "../operation";
import { requestItem } from "./request-output";
import { requestPage } from "./request-page";
import { ListRequestsInput, RequestList } from "./schema";

/** The request log, newest first. */
export const listRequests = defineOperation({
  name: "requests.list",
  method: "GET",
  path: "/requests",
  summary: "Lists requests and denials, newest first.",
  permission: "requests:read",
  input: ListRequestsInput,
  output: RequestList,
  errors: ["cursor_invalid", "cursor_mismatch"],
  async run(input, { ports }) {
    return { output: await requestPage(input, ports, requestItem) };
  },
});
