import { buildCaller } from "@test/build-caller";
import { buildLimit } from "@test/build-quota";
import { describe, expect, test } from "vitest";
import { DEFAULT_SETTINGS } from "../settings/settings";
import type { BoostRow } from "./limit";
import { createLimitPlans } from "./limit-plans";
import { createWindows } from "./window";

const NOON = Date.parse("2026-11-21T12:00:00Z");
const MIDNIGHT = Date.parse("2026-11-22T00:00:00Z");
const HOUR = 3_600_000;
const GLOBAL = { modelGroupId: null, isFree: false };

function open(given: Parameters<typeof buildCaller>[0] = {}) {
  let made = 0;
  const plans = createLimitPlans((rules) => {
    made++;
    return createWindows(rules);
  });
  const caller = buildCaller({ limits: [buildLimit()], ...given });
  return { plans, caller, plan: plans.planOf(caller, DEFAULT_SETTINGS), made: () => made };
}

const boost = (given: Partial<BoostRow>): BoostRow => ({
  ...{ id: 1, userId: 7, modelGroupId: null, unit: "usd", window: "daily", amount: 1_000, endedAt: null },
  ...{ validFrom: NOON, validTo: NOON + HOUR, ...given },
});

describe("limit plans", () => {
  test("a caller keeps its plan under the same rules and gets another under others", () => {
    const { plans, caller, plan, made } = open();
    expect(plans.planOf(caller, DEFAULT_SETTINGS)).toBe(plan);
    const strict = { ...DEFAULT_SETTINGS, enforcement: "strict" as const };
    const other = plans.planOf(caller, strict);
    expect(other.resolve(GLOBAL, NOON).buckets[0]?.cell.enforcement).toBe("strict");
    expect(plans.planOf(caller, strict)).toBe(other);
    expect(plans.planOf({ ...caller, limits: [] }, strict).resolve(GLOBAL, NOON).buckets).toEqual([]);
    expect(made()).toBe(2);
  });

  test("a resolution is kept up to the end of the window and not a millisecond longer", () => {
    const { plan } = open();
    const today = plan.resolve(GLOBAL, NOON);
    expect(plan.resolve(GLOBAL, MIDNIGHT - 1)).toBe(today);
    const tomorrow = plan.resolve(GLOBAL, MIDNIGHT);
    expect(tomorrow.buckets[0]?.start).toBe(MIDNIGHT / 1000);
    expect(plan.resolve(GLOBAL, MIDNIGHT + 1)).toBe(tomorrow);
  });

  test("a clock that is set back gets the window of its instant", () => {
    const { plan } = open();
    plan.resolve(GLOBAL, MIDNIGHT);
    expect(plan.resolve(GLOBAL, NOON).buckets[0]?.end).toBe(MIDNIGHT / 1000);
  });

  test("a resolution is dropped at each edge of a boost, an end by hand included", () => {
    const later = boost({ id: 2, validFrom: NOON + HOUR / 2, endedAt: NOON + 2 * HOUR, validTo: NOON + 9 * HOUR });
    const { plan } = open({ boosts: [boost({}), later] });
    const cap = (at: number) => (plan.resolve(GLOBAL, at).buckets[0]?.cap ?? 0) - 5_000_000_000;
    const edges = [NOON, NOON + HOUR / 2, NOON + HOUR, NOON + 2 * HOUR];
    expect(edges.map((edge) => [cap(edge - 1), cap(edge)])).toEqual([
      [0, 1_000],
      [1_000, 2_000],
      [2_000, 1_000],
      [1_000, 0],
    ]);
    expect(plan.resolve(GLOBAL, NOON + HOUR)).not.toBe(plan.resolve(GLOBAL, NOON + HOUR - 1));
  });

  test("targets and free models are kept apart", () => {
    const { plan } = open({
      limits: [buildLimit(), buildLimit({ id: 2, modelGroupId: 4, unit: "requests", amount: 9 })],
    });
    const ids = (modelGroupId: number | null, isFree: boolean) =>
      plan.resolve({ modelGroupId, isFree }, NOON).buckets.map(({ cell }) => cell.winner.id);
    expect([ids(null, false), ids(null, true), ids(4, false), ids(4, true), ids(5, false)]).toEqual([
      ...[[1], [], [2], [2], [1]],
    ]);
    expect(ids(null, false)).toEqual([1]);
  });
});
