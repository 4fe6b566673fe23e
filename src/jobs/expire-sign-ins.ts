import type { Job } from "./job";

/** Clears away sign-ins and windows of attempts that are over; they were refused before. */
export const expireSignIns: Job = {
  name: "expire-sign-ins",
  everyMs: 15 * 60_000,
  scope: "cluster",
  async run({ expireSignIns: expire, forgetAttempts }, now) {
    await expire(now);
    await forgetAttempts(now);
  },
};
