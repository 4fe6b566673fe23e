import type { Job } from "./job";

const AT_A_TIME = 24;

/** Adds up the hours of usage that new ledger entries or denials lie in, so that reports need not read those (dashboard.md 6.11). */
export const rollUpUsage: Job = {
  name: "roll-up-usage",
  everyMs: 60_000,
  scope: "cluster",
  async run({ rollUpUsage: rollUp }, now) {
    let done = AT_A_TIME;
    while (done === AT_A_TIME) done = await rollUp(now, AT_A_TIME);
  },
};
