import { normaliseModel } from "./limit";
import type { LimitedCaller, LimitRules } from "./limit-cell";
import { type MergedLimits, mergeLimits } from "./merge-limits";
import { type LimitTarget, type Resolution, resolveLimits, type Windows } from "./resolve-limits";
import { type RateCounter, type RateTarget, resolveRates } from "./resolve-rates";

/** The limits of one caller under one configuration, with the resolutions that still hold. */
export type LimitPlan = MergedLimits & {
  readonly windows: Windows;
  /** As `resolveLimits`, kept while it holds: the hot path computes no window and merges no row. */
  resolve(target: LimitTarget, at: number): Resolution;
  /** As `resolveRates`, kept per target; its model may be written as the client wrote it. */
  ratesOf(target: RateTarget): readonly RateCounter[];
};

const NO_RATES: readonly RateCounter[] = [];
/** Targets kept per plan; then all are resolved anew. */
const MAX_TARGETS = 1_000;

/** Finds the plan of a caller. */
export type LimitPlans = {
  planOf(caller: LimitedCaller, rules: LimitRules): LimitPlan;
};

/**
 * Keeps one plan per caller value for as long as that value lives. Callers and rules are compared by identity: snapshots are replaced
 * whole when the configuration changes. `windowsOf` is asked once per rules.
 */
export function createLimitPlans(windowsOf: (rules: LimitRules) => Windows): LimitPlans {
  const plans = new WeakMap<LimitedCaller, LimitPlan>();
  const windows = new WeakMap<LimitRules, Windows>();
  return {
    planOf(caller, rules) {
      const known = plans.get(caller);
      if (known !== undefined && known.rules === rules) return known;
      const found = windows.get(rules) ?? windowsOf(rules);
      windows.set(rules, found);
      const plan = createPlan({ ...mergeLimits(caller, rules), windows: found });
      plans.set(caller, plan);
      return plan;
    },
  };
}

function createPlan(limits: MergedLimits & { readonly windows: Windows }): LimitPlan {
  const kept = new Map<number, { readonly from: number; readonly resolution: Resolution }>();
  const keptRates = new Map<string, readonly RateCounter[]>();
  const { caller, rules } = limits;
  const hasRates = caller.rates.length > 0 || rules.requestRate.enabled;
  return {
    ...limits,
    ratesOf(target) {
      if (!hasRates) return NO_RATES;
      const key = `${target.modelGroupId}:${target.model}`;
      const found =
        keptRates.get(key) ?? resolveRates(caller, rules, { ...target, model: normaliseModel(target.model) });
      if (keptRates.size >= MAX_TARGETS) keptRates.clear();
      keptRates.set(key, found);
      return found;
    },
    resolve(target, at) {
      const kind = target.isRateOnly ? 2 : Number(target.isFree);
      const key = (target.modelGroupId ?? 0) * 3 + kind;
      const found = kept.get(key);
      if (found !== undefined && found.from <= at && at < found.resolution.validUntil) return found.resolution;
      const resolution = resolveLimits(limits, target, at);
      kept.set(key, { from: at, resolution });
      return resolution;
    },
  };
}
