import type { Job } from "./job";

/** Learns how models use tokens from the last requests, and takes over what other replicas learnt (quota.md Q32). */
export const learnHabits: Job = {
  name: "learn-habits",
  everyMs: 600_000,
  scope: "cluster",
  async run({ habits }, now) {
    await habits.learn(now);
    await habits.refresh();
  },
};
