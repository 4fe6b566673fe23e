import type { AuthSnapshot } from "./auth-snapshot";
import type { ConfigSnapshots } from "./config-snapshot";
import { AppError } from "./errors";
import { domainConfigOf } from "./quota/domain-config";
import type { LimitPlans } from "./quota/limit-plans";
import { type QuotaReading, type ReadQuotasDeps, readQuotas } from "./quota/read-quotas";

/** What reading the quotas of a key works with. */
export type UsageReaderDeps = {
  readonly plans: LimitPlans;
  readonly config: Pick<ConfigSnapshots, "current">;
  /** Newest config version by which limits read at `callerVersion` are still right (quota.md Q50). */
  versionOf(callerVersion: number): number;
  readonly quotas: ReadQuotasDeps;
};

/**
 * Reads where a key and its user stand by the limits that their next request is judged by. The reader throws limits_unavailable when neither
 * counters nor ledger answer.
 */
export function createUsageReader({ plans, config, versionOf, quotas }: UsageReaderDeps) {
  return (caller: AuthSnapshot): Promise<QuotaReading> => {
    const plan = plans.planOf(caller, config.current().settings);
    return readQuotas({ plan, config: domainConfigOf(plan, versionOf(caller.version)) }, quotas).catch(
      (cause: unknown) => {
        throw new AppError("limits_unavailable", {}, { cause });
      },
    );
  };
}
