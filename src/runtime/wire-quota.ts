import { createQuota, type QuotaEngine } from "@/core/quota/create-quota";
import { NO_PEERS } from "@/core/quota/hold-peers";
import { createLimitPlans, type LimitPlans } from "@/core/quota/limit-plans";
import type { QuotaStore } from "@/core/quota/quota-store";
import type { UsageHistory } from "@/core/quota/usage-history";
import { createWindows } from "@/core/quota/window";
import type { Clock } from "@/lib/clock";
import type { Log } from "@/observability/logger";
import { memoryQuotaStore } from "@/stores/memory/quota-store";
import type { Cleanup } from "./cleanup";
import type { ConfigWiring } from "./wire-config";

/** What the quota engine is made of. */
export type QuotaWiringAsk = {
  readonly config: Pick<ConfigWiring, "versionOf">;
  readonly history: UsageHistory;
  /** Name of this process among the replicas. */
  readonly replica: string;
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
};

/** Builds the quota engine on counters in this process' memory. */
export function wireQuota(ask: QuotaWiringAsk): QuotaWiring {
  const { config, history, replica, clock, log, cleanup, isLedgerUp } = ask;
  const store = memoryQuotaStore({ clock, replica });
  cleanup.add(async () => store.close());
  const engine = createQuota({
    ...{ store, history, replica, clock, isLedgerUp },
    peers: NO_PEERS,
    isShared: false,
    versionOf: config.versionOf,
    onBrought() {},
    onFault: ({ kind, error }) => log.warn({ kind, error }, "the counters or the ledger did not answer"),
  });
  return { store, engine, plans: createLimitPlans(createWindows) };
}
