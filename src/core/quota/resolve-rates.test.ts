import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DEFAULT_SETTINGS } from "../settings/settings";
import type { RateRow, RateSettings } from "./rate-row";
import { resolveRates } from "./resolve-rates";

const ASKED = { modelGroupId: 5, model: "gpt-4o" };
const GROUPS = [
  { id: 1, name: "team-a", joinedVersion: 1, costMultiplierPpm: null },
  { id: 2, name: "vip", joinedVersion: 1, costMultiplierPpm: null },
];
let nextId = 1;

/** A rate over all models, per minute, of user 7 unless told. */
function row(subjectType: RateRow["subjectType"], amount: number | null, given: Partial<RateRow> = {}): RateRow {
  return {
    ...{ id: nextId++, subjectType, userId: null, userGroupId: null, keyId: null, modelGroupId: null, model: null },
    ...{ metric: "rpm", amount, burst: null, ...given },
  };
}
const ofGroup = (amount: number | null, userGroupId = 1) => row("user_group", amount, { userGroupId });
const override = (amount: number | null, userGroupId = 1) => row("override", amount, { userGroupId });
const block = (given: Partial<RateSettings["requestRate"]>): RateSettings => ({
  requestRate: { ...DEFAULT_SETTINGS.requestRate, enabled: true, ...given },
});
const resolve = (rates: readonly RateRow[], settings: RateSettings = DEFAULT_SETTINGS) =>
  resolveRates({ userId: 7, keyId: 3, rates, userGroups: GROUPS }, settings, ASKED);
const told = (rates: readonly RateRow[], settings?: RateSettings) =>
  resolve(rates, settings).map(({ metric, limit, source }) => `${metric} ${limit} ${source}`);

describe("the rates of a request (channels-and-rates.md R2)", () => {
  const everyone = row("everyone", 120);
  test.each<[string, readonly RateRow[], readonly string[]]>([
    ["everything inherits", [], ["rpm 120 default"]],
    ["user 20, group 100", [row("user", 20), ofGroup(100)], ["rpm 20 user"]],
    ["user 200, group 100", [row("user", 200), ofGroup(100)], ["rpm 100 group"]],
    ["user 200, group 100, override 150", [row("user", 200), ofGroup(100), override(150)], ["rpm 150 override"]],
    ["user 20, group 100, exempt", [row("user", 20), ofGroup(100), override(null)], ["rpm 20 user"]],
    ["group 100, exempt", [ofGroup(100), override(null)], []],
    ["user unlimited, group 100", [row("user", null), ofGroup(100)], ["rpm 100 group"]],
    ["user 200, groups 100 and 30", [row("user", 200), ofGroup(100), ofGroup(30, 2)], ["rpm 30 group"]],
  ])("%s", (_, rates, expected) => {
    expect(told([everyone, ...rates])).toEqual(expected);
  });

  test("the strictest of all windows wins, and an override stands for its group alone", () => {
    const amounts = fc.option(fc.integer({ min: 1, max: 500 }));
    const given = fc.record({ user: amounts, first: amounts, second: amounts, instead: amounts });
    fc.assert(
      fc.property(given, ({ user, first, second, instead }) => {
        const rates = [row("user", user), ofGroup(first), ofGroup(second, 2), override(instead, 2)];
        const numbers = [user, first, instead].filter((amount) => amount !== null);
        const limits = resolve([everyone, ...rates]).map(({ limit }) => limit);
        expect(limits).toEqual(numbers.length === 0 ? [] : [Math.min(...numbers)]);
      }),
    );
  });

  test("a group that the user is not in says nothing, and an override there neither", () => {
    expect(told([everyone, ofGroup(1, 9), override(1, 9)])).toEqual(["rpm 120 default"]);
  });

  test("judged by metric, from the widest target to the narrowest, user before key; buckets stand on their own", () => {
    const key = { keyId: 3 };
    const rates = [
      row("key", 4, { ...key, model: "gpt-4o" }),
      row("user", 5, { model: "gpt-4o" }),
      row("user", 1, { model: "other" }),
      row("user", 6, { modelGroupId: 5 }),
      row("user", 1, { modelGroupId: 6 }),
      row("key", 7, key),
      row("user", 8),
      { ...ofGroup(60), burst: 10 },
      row("user", 9, { metric: "total" }),
    ];
    const found = resolve(rates, block({ periodMinutes: 5, successful: 11 }));
    expect(found.map(({ metric, target, axis, limit }) => `${metric} ${target} ${axis} ${limit}`)).toEqual([
      ...["rpm all user 8", "rpm all user 60", "rpm all key 7", "rpm group user 6", "rpm model user 5"],
      ...["rpm model key 4", "total all user 9", "successful all user 11"],
    ]);
    expect(found.map(({ burst }) => burst).filter((burst) => burst !== null)).toEqual([10]);
    expect([...new Set(found.map(({ metric, periodMs }) => `${metric} ${periodMs}`))]).toEqual([
      ...["rpm 60000", "total 300000", "successful 300000"],
    ]);
  });
});

describe("the block of total and successful requests (channels-and-rates.md R4)", () => {
  test("counts for everyone when it is on; a group's entry stands in place of both", () => {
    expect(told([row("user", 3, { metric: "total" })])).toEqual([]);
    expect(told([], block({ total: 7 }))).toEqual(["total 7 default", "successful 1000 default"]);
    const groups = { VIP: { total: 0, successful: 5_000 } };
    expect(told([], block({ total: 7, groups }))).toEqual(["successful 5000 group"]);
  });

  test("of several entries the strictest counts", () => {
    const groups = { vip: { total: 9, successful: 50 }, "team-a": { total: 8, successful: 60 } };
    expect(told([], block({ groups }))).toEqual(["total 8 group", "successful 50 group"]);
  });
});
