import { defineOperation } from "../operation";
import { findRequest } from "./find-request";
import { requestDetail } from "./request-output";
import { GetRequestInput, RequestDetail } from "./schema";

/** One request with attempts, cost math and decision. */
export const getRequest = defineOperation({
  name: "requests.get",
  method: "GET",
  path: "/requests/{id}",
  summary: "Reads a request with attempts, cost math and decision.",
  permission: "requests:read",
  input: GetRequestInput,
  output: RequestDetail,
  errors: ["not_found"],
  async run({ id }, { ports }) {
    const row = await findRequest(id, ports);
    const channels = await ports.channels.list();
    return { output: requestDetail(row, new Map(channels.map((channel) => [channel.id, channel.name]))) };
  },
});
