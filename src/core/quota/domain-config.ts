import type { LimitPlan } from "./limit-plans";
import type { DomainConfig } from "./quota-store";

/**
 * The configuration that a caller's limits are counted by (quota.md Q50).
 * @param version newest config version by which the limits of the plan are right
 */
export function domainConfigOf({ caller, user, key }: LimitPlan, version: number): DomainConfig {
  return { version, keyId: caller.keyId, user: user.fingerprint, key: key.fingerprint };
}
