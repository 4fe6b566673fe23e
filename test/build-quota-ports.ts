import { buildConfigSnapshot } from "@/core/config-snapshot";
import { UNLEARNT } from "@/core/prices/estimate-call";
import type { QuotaEngine } from "@/core/quota/create-quota";
import { domainConfigOf } from "@/core/quota/domain-config";
import { createDriftCheck } from "@/core/quota/drift";
import { createLimitPlans, type LimitPlan } from "@/core/quota/limit-plans";
import type { QuotaStore } from "@/core/quota/quota-store";
import { createWindows } from "@/core/quota/window";
import type { QuotaPorts } from "@/core/quota-ports";
import { mergeSettings } from "@/core/settings/merge-settings";
import type { Clock } from "@/lib/clock";
import { createQuotaPorts } from "@/runtime/quota-ports";
import { configSource } from "@/stores/postgres/config-source";
import { limitedCallers } from "@/stores/postgres/limited-callers";
import { usageHistory } from "@/stores/postgres/usage-history";
import { createCatalogue } from "@/stores/price-seed/create-catalogue";
import type { TestDatabase } from "./build-database";
import { buildQuota, buildQuotaStore } from "./build-quota";

/** Quotas as operations see them, and the engine behind them. */
export type TestQuotas = {
  readonly ports: QuotaPorts;
  readonly engine: QuotaEngine;
  /** The limits of a user as one of its keys, read now. */
  planOf(userId: number, keyId: number | null): Promise<{ readonly plan: LimitPlan; readonly version: number }>;
};

/** Quotas of a real database on counters in memory; every read sees the configuration of that moment, and every credential opens. */
export function buildQuotaPorts(
  database: TestDatabase,
  clock: Clock,
  store: QuotaStore = buildQuotaStore(clock),
): TestQuotas {
  const history = usageHistory(database);
  const catalogue = createCatalogue();
  const engine = buildQuota({ clock, store, history });
  const { bring, degraded, now } = engine;
  const reads = { store, history, degraded, now, onFault() {} };
  const plans = createLimitPlans(createWindows);
  const callers = limitedCallers(database);
  const config = async () => {
    const stored = await configSource(database).loadConfig();
    return buildConfigSnapshot({
      ...stored,
      settings: mergeSettings(stored.settings),
      credentials: stored.channels.map(({ id }) => ({ channelId: id, id: 1, enabled: true, sealed: "", setAt: 0 })),
      open: () => "credential",
      catalogue,
      now: clock.now,
    });
  };
  const drift = createDriftCheck({
    ...{ store, history, bring, clock },
    async limitsOf(userId) {
      const { settings } = await config();
      return (await callers.ofUser(userId)).map((caller) => {
        const plan = plans.planOf(caller, settings);
        return { plan, config: domainConfigOf(plan, caller.version) };
      });
    },
    sample: async () => [],
    onDrift() {},
  });
  return {
    ports: createQuotaPorts({
      plans,
      callers,
      reads,
      drift,
      config,
      habitsOf: () => UNLEARNT,
      versionOf: (version) => version,
    }),
    engine,
    async planOf(userId, keyId) {
      const [caller] = await callers.ofUsers([userId], keyId);
      if (caller === undefined) throw new RangeError(`no user ${userId}`);
      return { plan: plans.planOf(caller, (await config()).settings), version: caller.version };
    },
  };
}
