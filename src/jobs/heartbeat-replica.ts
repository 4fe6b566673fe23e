import type { Job } from "./job";

const FORGET_MS = 3_600_000;

/** Shows the other replicas that this one lives; a lease lasts 15 s. */
export const heartbeatReplica: Job = {
  name: "heartbeat-replica",
  everyMs: 5_000,
  scope: "replica",
  async run({ beat, forgetReplicas }, now) {
    await beat(now);
    await forgetReplicas(now - FORGET_MS);
  },
};
