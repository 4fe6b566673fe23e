import type { Job } from "./job";

/** Each hour is a transaction of its own: what is done stays done, however long the next one takes. */
const HOURS_AT_A_TIME = 1;
const DAYS_AT_A_TIME = 7;

/** Adds up the hours of usage that new ledger entries or denials lie in, and the days that are over, so that reports need not read those (dashboard.md 6.11). */
export const rollUpUsage: Job = {
  name: "roll-up-usage",
  everyMs: 60_000,
  scope: "cluster",
  async run({ usage }, now) {
    let hours = HOURS_AT_A_TIME;
    while (hours === HOURS_AT_A_TIME) hours = await usage.rollUpHours(now, HOURS_AT_A_TIME);
    let days = DAYS_AT_A_TIME;
    while (days === DAYS_AT_A_TIME) days = await usage.rollUpDays(now, DAYS_AT_A_TIME);
  },
};
