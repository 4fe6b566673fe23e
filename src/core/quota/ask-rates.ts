import type { LimitPlan } from "./limit-plans";
import type { QuotaRates } from "./quota";
import type { ConcurrencyAsk } from "./rate-ask";
import type { RateTarget } from "./resolve-rates";

/** Whose request, for what. */
export type RatesFor = {
  readonly plan: LimitPlan;
  readonly requestId: string;
  readonly target: RateTarget;
  /** An earlier attempt of the request was sent: what it took of other metrics stays taken (channels-and-rates.md R9). */
  readonly wasSent: boolean;
  /** Of metrics only requests per minute count (channels-and-rates.md R11). */
  readonly isRateOnly: boolean;
};

/** What a request asks of rates and of requests at once; undefined: neither applies. */
export function askRates({ plan, requestId, target, wasSent, isRateOnly }: RatesFor): QuotaRates | undefined {
  const all = plan.ratesOf(target);
  const counters = all.filter(({ metric }) => {
    if (isRateOnly) return metric === "rpm" && !wasSent;
    return !wasSent || metric === "successful";
  });
  const concurrency = concurrencyOf(plan, requestId);
  return counters.length === 0 && concurrency === null ? undefined : { counters, concurrency };
}

function concurrencyOf({ caller }: LimitPlan, requestId: string): ConcurrencyAsk | null {
  const { user, key } = caller.maxConcurrent;
  if (typeof user !== "number" && typeof key !== "number") return null;
  const capOf = (cap: typeof user) => (typeof cap === "number" ? cap : null);
  return { requestId, keyId: caller.keyId, user: capOf(user), key: capOf(key) };
}
