import type { Job } from "./job";

/** Keeps the holds of running requests from going into limbo, and tells the counters again what they have not answered (quota.md Q36, Q46). */
export const renewHolds: Job = {
  name: "renew-holds",
  everyMs: 15_000,
  scope: "replica",
  async run({ holds, log }) {
    const ended = await holds.renew();
    if (ended > 0) log.warn({ holds: ended }, "holds of running requests were closed by another replica");
    holds.resend();
  },
};
