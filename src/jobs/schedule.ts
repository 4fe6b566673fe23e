import type { Clock } from "@/lib/clock";
import { checkDrift } from "./check-drift";
import { closeExpiredHolds } from "./close-expired-holds";
import { ensurePartitions } from "./ensure-partitions";
import { expireSignIns } from "./expire-sign-ins";
import { forgetHomes } from "./forget-homes";
import { forgetIdempotencyKeys } from "./forget-idempotency-keys";
import { heartbeatReplica } from "./heartbeat-replica";
import type { Job, JobDeps } from "./job";
import { keepRunningRequests } from "./keep-running-requests";
import { learnHabits } from "./learn-habits";
import { renewHolds } from "./renew-holds";
import { reportLive } from "./report-live";
import { rollUpUsage } from "./roll-up-usage";

/** Every background task of a process. */
export const JOBS: readonly Job[] = [
  ...[ensurePartitions, heartbeatReplica, expireSignIns, forgetHomes, forgetIdempotencyKeys],
  ...[renewHolds, keepRunningRequests, closeExpiredHolds, checkDrift, learnHabits, reportLive, rollUpUsage],
];

/** A running schedule. */
export type Schedule = {
  /** Starts no further run and waits for those that go on. */
  stop(): Promise<void>;
};

/**
 * Runs each job at once and then again and again, `everyMs` after its last run ended, so that no job overtakes itself. A run that fails
 * is logged and the next one comes as usual.
 */
export function startSchedule(jobs: readonly Job[], deps: JobDeps, clock: Clock): Schedule {
  const cancellers = new Map<string, () => void>();
  const running = new Map<string, Promise<void>>();
  let isStopped = false;
  const begin = (job: Job) => {
    const run = runOnce(job, deps, clock).then(() => {
      if (!isStopped)
        cancellers.set(
          job.name,
          clock.after(job.everyMs, () => begin(job)),
        );
    });
    running.set(job.name, run);
  };
  jobs.forEach(begin);
  return {
    async stop() {
      isStopped = true;
      for (const cancel of cancellers.values()) cancel();
      await Promise.all(running.values());
    },
  };
}

async function runOnce(job: Job, deps: JobDeps, clock: Clock): Promise<void> {
  try {
    await job.run(deps, clock.now());
  } catch (error) {
    deps.log.error({ job: job.name, error }, "a job failed");
  }
}
