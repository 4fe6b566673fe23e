import { requestIdOf } from "@/lib/id";
import { defineOperation } from "../operation";
import { FirstRequest, FirstRequestInput } from "./schema";

/** The newest request of any client since an instant: what "listening for your first request" asks each second. */
export const findFirstRequest = defineOperation({
  name: "setup.firstRequest",
  method: "GET",
  path: "/setup/first-request",
  summary: "Reads the newest request since an instant.",
  permission: "setup",
  input: FirstRequestInput,
  output: FirstRequest,
  errors: [],
  async run({ since }, { ports }) {
    const id = await ports.requests.newestSince(Date.parse(since));
    return { output: { requestId: id === null ? null : requestIdOf(id) } };
  },
});
