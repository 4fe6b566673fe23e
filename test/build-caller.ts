import type { LimitedCaller, LimitRules } from "@/core/quota/limit-cell";
import { createLimitPlans, type LimitPlan } from "@/core/quota/limit-plans";
import { createWindows } from "@/core/quota/window";
import { DEFAULT_SETTINGS } from "@/core/settings/settings";

/** Any number of requests may run at once. */
export const NO_CAPS: LimitedCaller["maxConcurrent"] = { user: null, key: null };

/** User 7 with key 3, without groups, limits, boosts or restarts unless told. */
export function buildCaller(given: Partial<LimitedCaller> = {}): LimitedCaller {
  return {
    userId: 7,
    keyId: 3,
    userGroups: [],
    limits: [],
    boosts: [],
    restarts: [],
    rates: [],
    maxConcurrent: NO_CAPS,
    ...given,
  };
}

/** The plan of such a caller under the default settings unless told. */
export function buildPlan(given: Partial<LimitedCaller> = {}, rules: Partial<LimitRules> = {}): LimitPlan {
  return createLimitPlans(createWindows).planOf(buildCaller(given), { ...DEFAULT_SETTINGS, ...rules });
}
