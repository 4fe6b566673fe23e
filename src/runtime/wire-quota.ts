import type { LedgerStore } from "@/core/ledger/entry";
import { createQuota, type QuotaEngine } from "@/core/quota/create-quota";
import { domainConfigOf } from "@/core/quota/domain-config";
import { createDriftCheck, type DriftCheck } from "@/core/quota/drift";
import { type HoldPeers, NO_PEERS } from "@/core/quota/hold-peers";
import { createLimitPlans, type LimitPlans } from "@/core/quota/limit-plans";
import type { PreviewDeps } from "@/core/quota/preview-reserve";
import type { QuotaDeps } from "@/core/quota/quota-engine";
import type { QuotaStore } from "@/core/quota/quota-store";
import { createRebuildUsers } from "@/core/quota/rebuild-users";
import { createWindows } from "@/core/quota/window";
import type { QuotaPorts } from "@/core/quota-ports";
import type { JobDeps } from "@/jobs/job";
import type { Clock } from "@/lib/clock";
import type { Log } from "@/observability/logger";
import { memoryQuotaStore } from "@/stores/memory/quota-store";
import type { Database } from "@/stores/postgres/client";
import { heldRows } from "@/stores/postgres/held-rows";
import { type LimitedCallers, limitedCallers } from "@/stores/postgres/limited-callers";
import { replicaStore } from "@/stores/postgres/replica-store";
import { sampleUsers } from "@/stores/postgres/sample-users";
import { usageHistory } from "@/stores/postgres/usage-history";
import { redisHoldPeers } from "@/stores/redis/hold-peers";
import { redisQuotaStore } from "@/stores/redis/quota-store";
import type { CounterPlace } from "@/stores/redis/redis-keys";
import type { Cleanup } from "./cleanup";
import { closeAdopted, holdWork } from "./hold-work";
import { createQuotaPorts, type QuotaPortsAsk } from "./quota-ports";
import type { ConfigWiring } from "./wire-config";
import type { ReplayedJournal } from "./wire-ledger";

const FAULT_LINE_MS = 1_000;
const RECHECK_MS = 60_000;

/** What the quota engine is made of. */
export type QuotaWiringAsk = {
  readonly config: Pick<ConfigWiring, "versionOf" | "config">;
  readonly database: Database;
  /** null: one replica, counters in memory. */
  readonly redis: CounterPlace | null;
  readonly ledger: LedgerStore;
  /** Resolves when the journal's frames of this turn are written. */
  written(): Promise<void>;
  /** Replicas that serve calls, as last seen. */
  gateways(): number;
  /** Name of this process among the replicas. */
  readonly replica: string;
  readonly habitsOf: QuotaPortsAsk["habitsOf"];
  isLedgerUp(): boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly cleanup: Cleanup;
};

/** The engine of this process and what jobs need of it. */
export type QuotaWiring = {
  readonly store: QuotaStore;
  readonly engine: QuotaEngine;
  readonly plans: LimitPlans;
  readonly holds: JobDeps["holds"];
  readonly drift: DriftCheck;
  /** Since the start, for metrics. */
  counts(): { readonly quotaRebuilds: number; readonly quotaDriftNanoUsd: number };
  /** Closes the holds of dead processes whose journals were replayed; what the counters do not take now is closed later. */
  closeAdopted(journals: readonly ReplayedJournal[]): Promise<void>;
  /** What reading quotas works with. */
  readonly reads: PreviewDeps;
  readonly ports: QuotaPorts;
};

/** Builds the quota engine on Redis when there is one, else on counters in this process' memory. */
export function wireQuota(ask: QuotaWiringAsk): QuotaWiring {
  const { config, database, ledger, replica, clock, log, isLedgerUp } = ask;
  const { store, peers, listen } = countersOf(ask);
  const history = usageHistory(database);
  const suspects: { add(userIds: readonly number[]): void } = { add() {} };
  const counted = { quotaRebuilds: 0, quotaDriftNanoUsd: 0 };
  const onFault = faultLog(ask);
  const engine = createQuota({
    ...{ store, history, replica, clock, isLedgerUp, onFault, gateways: ask.gateways },
    ...{ peers, isShared: ask.redis !== null, written: ask.redis === null ? null : ask.written },
    versionOf: config.versionOf,
    // Requests admitted before the change may settle after it (quota.md Q50).
    onBrought({ kind, userId }) {
      if (kind === "rebuild") counted.quotaRebuilds++;
      else clock.after(RECHECK_MS, () => suspects.add([userId]));
    },
    onDoubt: (userId) => suspects.add([userId]),
  });
  listen(engine);
  const plans = createLimitPlans(createWindows);
  const callers = limitedCallers(database);
  const readLimits = limitsOf({ callers, plans, config });
  const drift = createDriftCheck({
    ...{ store, history, clock, bring: engine.bring },
    limitsOf: readLimits,
    sample: (count) => sampleUsers(database, { count, now: clock.now() }),
    onDrift(amount) {
      counted.quotaDriftNanoUsd = amount;
    },
  });
  suspects.add = drift.suspect;
  const rows = heldRows(database);
  const replicas = replicaStore(database);
  const rebuild = createRebuildUsers({
    ...{ bring: engine.bring, ends: engine.ends, clock, limitsOf: readLimits },
    onFailed(userId, error) {
      onFault({ kind: "history", error });
      drift.suspect([userId]);
    },
  });
  const work = { engine, store, ledger, rows, replicas, replica, clock, rebuild, suspect: drift.suspect };
  const reads = { store, history, degraded: engine.degraded, now: engine.now, onFault };
  const current = { config: config.config.current, versionOf: config.versionOf };
  return {
    ...{ store, engine, plans, drift, reads, holds: holdWork(work), counts: () => counted },
    ports: createQuotaPorts({ plans, callers, reads, drift, habitsOf: ask.habitsOf, ...current }),
    closeAdopted: (journals) =>
      closeAdopted(journals, work).catch((error) => log.warn({ error }, "holds of a dead process stay open for now")),
  };
}

/** An outage fails every call: one line a second tells it. */
function faultLog({ clock, log }: QuotaWiringAsk): QuotaDeps["onFault"] {
  let quietUntil = 0;
  let untold = 0;
  return ({ kind, error }) => {
    if (clock.monotonic() < quietUntil) {
      untold++;
      return;
    }
    quietUntil = clock.monotonic() + FAULT_LINE_MS;
    log.warn({ kind, error, untold }, "the counters or the ledger did not answer");
    untold = 0;
  };
}

type Counters = {
  readonly store: QuotaStore;
  readonly peers: HoldPeers;
  /** From now on other replicas get answers. */
  listen(engine: QuotaEngine): void;
};

function countersOf({ redis, replica, clock, log, cleanup }: QuotaWiringAsk): Counters {
  if (redis === null) {
    const store = memoryQuotaStore({ clock, replica });
    cleanup.add(async () => store.close());
    return { store, peers: NO_PEERS, listen() {} };
  }
  const held: { engine: QuotaEngine | null } = { engine: null };
  const peers = redisHoldPeers({
    ...{ ...redis, replica, clock },
    answer: (userId) => held.engine?.holdsFor(userId) ?? [],
    onError: (error) => log.warn({ error }, "another replica could not be asked for its holds"),
  });
  cleanup.add(async () => peers.close());
  return {
    store: redisQuotaStore({ ...redis, replica }),
    peers,
    listen(engine) {
      held.engine = engine;
    },
  };
}

type LimitsAsk = {
  readonly callers: LimitedCallers;
  readonly plans: LimitPlans;
  readonly config: Pick<ConfigWiring, "versionOf" | "config">;
};

/** A user's limits by each of its keys, read now. */
function limitsOf({ callers, plans, config }: LimitsAsk) {
  return async (userId: number) =>
    (await callers.ofUser(userId)).map((caller) => {
      const plan = plans.planOf(caller, config.config.current().settings);
      return { plan, config: domainConfigOf(plan, config.versionOf(caller.version)) };
    });
}
