import type { Log } from "@/observability/logger";

/** What jobs need; each takes the instant (epoch ms) from the schedule. */
export type JobDeps = {
  /** Makes the monthly partitions ahead; `blocked` names those whose rows lie in the default partition. */
  ensurePartitions(now: number): Promise<{ readonly made: readonly string[]; readonly blocked: readonly string[] }>;
  /** Tells the other replicas that this one lives. */
  beat(now: number): Promise<void>;
  /** Forgets replicas not seen since `before`. */
  forgetReplicas(before: number): Promise<void>;
  /** Ends dashboard sign-ins that are over. */
  expireSignIns(now: number): Promise<void>;
  /** Forgets windows of attempts that are over. */
  forgetAttempts(now: number): Promise<void>;
  readonly log: Log;
};

/**
 * A background task. `replica`: each process runs it for itself. `cluster`: one run would do for all; several at once are harmless,
 * so no process leads.
 */
export type Job = {
  readonly name: string;
  readonly everyMs: number;
  readonly scope: "replica" | "cluster";
  run(deps: JobDeps, now: number): Promise<void>;
};
