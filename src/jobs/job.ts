import type { Amounts } from "@/core/quota/hold";
import type { ExpiredHold } from "@/core/quota/quota-store";
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
  readonly holds: HoldWork;
  readonly drift: { check(users: number): Promise<readonly { readonly userId: number; readonly amount: number }[]> };
  readonly habits: {
    /** Learns from the requests before `now`, epoch ms; returns the number of models. */
    learn(now: number): Promise<number>;
    /** Reads what all replicas have learnt. */
    refresh(): Promise<void>;
  };
  /** Forgets homes of responses that were stored before an instant, epoch ms; at most `limit`. Returns how many. */
  forgetHomes(before: number, limit: number): Promise<number>;
  /** Forgets replies of idempotency keys that were kept until an instant, epoch ms; at most `limit`. Returns how many. */
  forgetIdempotencyKeys(before: number, limit: number): Promise<number>;
  /** Adds up hours or days of usage that ended by an instant, epoch ms; at most `limit`. Each returns how many. */
  readonly usage: {
    rollUpHours(now: number, limit: number): Promise<number>;
    rollUpDays(now: number, limit: number): Promise<number>;
  };
  /** Tells the other replicas what the live board sums; resolves at once without any. */
  reportLive(): Promise<void>;
  readonly log: Log;
};

/** What jobs do with holds. */
type HoldWork = {
  /** Renews the running holds of this replica; returns how many had been closed by others. */
  renew(): Promise<number>;
  /** Keeps the places of requests whose number is capped (channels-and-rates.md A11). Rejects when the counters do not answer. */
  keepRunning(): Promise<void>;
  /** Tells the counters again what they have not answered. */
  resend(): void;
  /** At most `limit` holds that were not renewed in time. */
  expired(limit: number): Promise<readonly ExpiredHold[]>;
  /** The sum of the ledger rows of a hold; null without one. */
  billedBy(hold: ExpiredHold): Promise<Amounts | null>;
  /** Writes the row of a hold at its ceiling and returns what it charged. */
  bill(hold: ExpiredHold): Promise<Amounts>;
  settle(hold: ExpiredHold, actual: Amounts): Promise<void>;
  void(hold: ExpiredHold): Promise<void>;
  /** `adopted`: its journal was taken over, so that everything it sent is in the ledger. */
  standingOf(hold: Pick<ExpiredHold, "replica" | "holdId">, now: number): Promise<"alive" | "adopted" | "silent">;
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
