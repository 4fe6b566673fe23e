import type { Accounts } from "@/accounts/create-accounts";
import { hourCuts, pastDays } from "@/core/usage/usage-buckets";
import type { ProcessRole } from "@/core/vocabulary";
import type { JobDeps } from "@/jobs/job";
import { JOBS, type Schedule, startSchedule } from "@/jobs/schedule";
import type { Clock } from "@/lib/clock";
import type { Log } from "@/observability/logger";
import type { Database } from "@/stores/postgres/client";
import { idempotencyStore } from "@/stores/postgres/idempotency-store";
import { ensurePartitions } from "@/stores/postgres/partitions";
import { replicaStore } from "@/stores/postgres/replica-store";
import { rollUpDays } from "@/stores/postgres/roll-up-days";
import { rollUpUsage } from "@/stores/postgres/roll-up-usage";
import { signInAttemptStore } from "@/stores/postgres/sign-in-attempts";
import { dutiesOf } from "./role";

/** What the background jobs work on. */
export type JobsAsk = {
  readonly database: Database;
  readonly accounts: Accounts;
  /** This process among the replicas. */
  readonly replica: { readonly id: string; readonly role: ProcessRole; readonly release: string };
  configVersion(): number;
  /** IANA zone of the system just now. */
  zone(): string;
  readonly holds: JobDeps["holds"];
  readonly drift: JobDeps["drift"];
  readonly habits: JobDeps["habits"];
  readonly reportLive: JobDeps["reportLive"];
  readonly forgetHomes: JobDeps["forgetHomes"];
  readonly clock: Clock;
  readonly log: Log;
};

/** The running jobs. */
export type JobsWiring = {
  /** Starts no further run and takes this replica off the list. */
  stop(): Promise<void>;
  /** Replicas that serve calls as last seen, this one among them; 1 before the first beat. */
  gateways(): number;
};

/** A replica that was seen this lately is at work. */
const LEASE_MS = 15_000;

/** Starts the background jobs of this process. */
export function wireJobs(ask: JobsAsk): JobsWiring {
  const { database, accounts, replica, clock, log } = ask;
  const replicas = replicaStore(database);
  const attempts = signInAttemptStore(database);
  const startedAt = clock.now();
  let gateways = 1;
  const deps = {
    ensurePartitions: (now: number) => ensurePartitions(database, now),
    async beat(now: number) {
      await replicas.beat({ ...replica, configVersion: ask.configVersion(), startedAt, seenAt: now });
      const seen = await replicas.list(now - LEASE_MS);
      gateways = Math.max(1, seen.filter(({ role }) => role !== "console").length);
    },
    forgetReplicas: replicas.prune,
    // Left to the processes that have loaded sign-in; without one there is nothing to expire.
    expireSignIns: dutiesOf(replica.role).servesConsole ? accounts.expire : async () => {},
    forgetAttempts: attempts.prune,
    holds: ask.holds,
    drift: ask.drift,
    habits: ask.habits,
    reportLive: ask.reportLive,
    forgetHomes: ask.forgetHomes,
    forgetIdempotencyKeys: idempotencyStore(database.db).forget,
    usage: {
      rollUpHours: (now: number, limit: number) =>
        rollUpUsage(database, { now, limit, cuts: hourCuts(ask.zone(), now) }),
      rollUpDays: (now: number, limit: number) =>
        rollUpDays(database, (since) => pastDays(ask.zone(), since, now), limit),
    },
    log,
  };
  const schedule: Schedule = startSchedule(JOBS, deps, clock);
  return {
    gateways: () => gateways,
    async stop() {
      await schedule.stop();
      await replicas.leave(replica.id);
    },
  };
}
