import { RESPONSE_MS } from "@/core/channels/channel-affinity";
import type { Job } from "./job";

const AT_A_TIME = 10_000;

/** Forgets where responses are that were stored more than 30 days ago; they bind nobody any more (protocols-and-pricing.md N5). */
export const forgetHomes: Job = {
  name: "forget-homes",
  everyMs: 3_600_000,
  scope: "cluster",
  async run({ forgetHomes: forget }, now) {
    let gone = AT_A_TIME;
    while (gone === AT_A_TIME) gone = await forget(now - RESPONSE_MS, AT_A_TIME);
  },
};
