import { buildCaller } from "@test/build-caller";
import { buildLimit } from "@test/build-quota";
import { type Random, seededRandom } from "@test/seeded-random";
import { describe, expect, test } from "vitest";
import { DEFAULT_SETTINGS } from "../settings/settings";
import { ENFORCEMENTS, LIMIT_UNITS, LIMIT_WINDOWS, type LimitAxis } from "../vocabulary";
import type { BoostRow, GroupMembership, LimitRow } from "./limit";
import type { LimitedCaller, LimitRules } from "./limit-cell";
import { mergeLimits } from "./merge-limits";
import { allBuckets, allCells, resolveLimits } from "./resolve-limits";
import { createWindows } from "./window";

/** Printed, so that a failure can be told from another. */
const SEED = 20_261_121;
const CONFIGURATIONS = 20_000;
const AT = Date.parse("2026-11-21T12:00:00Z");
const WINDOWS = createWindows(DEFAULT_SETTINGS);
const TARGETS = [null, 11, 12] as const;
const GROUPS = [1, 2, 3];

describe(`20,000 random configurations (quota.md test 2), seed ${SEED}`, () => {
  test("the order of groups and rows does not matter", () => {
    each((caller, random) => {
      const shuffled = {
        ...caller,
        limits: shuffle(caller.limits, random),
        userGroups: shuffle(caller.userGroups, random),
        boosts: shuffle(caller.boosts, random),
      };
      const [one, other] = [caller, shuffled].map((given) => mergeLimits(given, DEFAULT_SETTINGS));
      same(other?.user.fingerprint, one?.user.fingerprint);
      same(other?.key.fingerprint, one?.key.fingerprint);
      for (const modelGroupId of TARGETS) {
        const [a, b] = [caller, shuffled].map((given) => outline(resolve(given, modelGroupId)));
        same(b, a);
      }
    });
  });

  test("another source never lowers a cap of its target unless it is a personal block", () => {
    each((caller, random) => {
      const added = drawLimit(random, 1_000);
      const limits = withoutCell(caller.limits, added);
      const before = strength({ ...caller, limits }, added);
      const after = strength({ ...caller, limits: [...limits, added] }, added);
      const isPersonalBlock = added.subjectType === "user" && added.state === "block";
      if (isPersonalBlock) same(after, 0);
      else if (before !== null) expect(after).toBeGreaterThanOrEqual(before);
    });
  });

  test("a flag is false if and only if its axis has a row for the group", () => {
    each((caller) => {
      for (const modelGroupId of TARGETS) {
        const has = (isKey: boolean) =>
          modelGroupId !== null &&
          caller.limits.some((row) => (row.subjectType === "key") === isKey && row.modelGroupId === modelGroupId);
        const { userGlobal, keyGlobal } = resolve(caller, modelGroupId).counted;
        same(userGlobal, !has(false));
        same(keyGlobal, !has(true));
      }
    });
  });

  test("an axis asks the cells of one target only: the group's when it has a row, else the global ones", () => {
    each((caller) => {
      for (const modelGroupId of TARGETS) {
        const { cells, counted } = resolve(caller, modelGroupId);
        const asked = (axis: LimitAxis) => cells.filter((cell) => cell.axis === axis).map((cell) => cell.modelGroupId);
        same(
          asked("user").every((id) => id === (counted.userGlobal ? null : modelGroupId)),
          true,
        );
        same(
          asked("key").every((id) => id === (counted.keyGlobal ? null : modelGroupId)),
          true,
        );
      }
    });
  });

  test("a boost changes its own cell of the user axis alone, by its amount", () => {
    each((caller, random) => {
      const boost = { ...drawBoost(random, 1_000), validFrom: AT, validTo: AT + 1 };
      const caps = (given: LimitedCaller) =>
        new Map(allBuckets(limitsOf(given), AT).map(({ id, cap, cell }) => [id, { cap, cell }]));
      const before = caps(caller);
      const after = caps({ ...caller, boosts: [...caller.boosts, boost] });
      same([...after.keys()].join(), [...before.keys()].join());
      for (const [id, { cap, cell }] of after) {
        const isOwn =
          cell.axis === "user" &&
          cell.modelGroupId === boost.modelGroupId &&
          cell.unit === boost.unit &&
          cell.window === boost.window;
        same(cap, (before.get(id)?.cap ?? 0) + (isOwn ? boost.amount : 0));
      }
    });
  });

  test("a fingerprint changes if and only if a definition does", () => {
    each((caller, random) => {
      const { caller: changed, rules, isDefinition } = change(caller, random);
      const before = mergeLimits(caller, DEFAULT_SETTINGS);
      const after = mergeLimits(changed, rules);
      const isEqual =
        before.user.fingerprint === after.user.fingerprint && before.key.fingerprint === after.key.fingerprint;
      const sets = [before, after].map(({ user, key }) => JSON.stringify([user.definitions, key.definitions]));
      same(isEqual, sets[0] === sets[1]);
      if (isDefinition !== null) same(isEqual, !isDefinition);
    });
  });

  test("an axis has the fingerprint of nothing if and only if it caps nothing", () => {
    each((caller) => {
      const { user, key } = mergeLimits(caller, DEFAULT_SETTINGS);
      for (const { byTarget, fingerprint } of [user, key]) {
        const isCapped = [...byTarget.values()].flat().some(({ state }) => state === "limit");
        same(fingerprint !== "", isCapped);
      }
    });
  });

  test("buckets come in the order of quota.md Q13, and their ids are distinct", () => {
    each((caller) => {
      for (const modelGroupId of TARGETS) {
        const { buckets } = resolve(caller, modelGroupId);
        const ranks = buckets.map(
          ({ cell }) =>
            (cell.axis === "user" ? 0 : 100) + LIMIT_WINDOWS.indexOf(cell.window) * 10 + LIMIT_UNITS.indexOf(cell.unit),
        );
        same(ranks.join(), [...ranks].sort((a, b) => a - b).join());
      }
      const ids = allBuckets(limitsOf(caller), AT).map(({ id }) => id);
      same(new Set(ids).size, ids.length);
    });
  });

  test("without limits of model groups the rows of groups do not exist", () => {
    each((caller) => {
      const off = { ...DEFAULT_SETTINGS, modelGroupLimits: false };
      const bare = { ...caller, limits: caller.limits.filter(({ modelGroupId }) => modelGroupId === null) };
      for (const modelGroupId of TARGETS)
        same(outline(resolve(caller, modelGroupId, off)), outline(resolve(bare, modelGroupId)));
    });
  });
});

describe("what a counter is defined by (quota.md Q50)", () => {
  const fingerprint = (
    given: Partial<LimitRow>,
    rules: Partial<LimitRules> = {},
    caller: Partial<LimitedCaller> = {},
  ) =>
    mergeLimits(buildCaller({ limits: [buildLimit(given)], ...caller }), { ...DEFAULT_SETTINGS, ...rules }).user
      .fingerprint;
  const group = (joinedVersion: number) => ({
    limits: [buildLimit({ subjectType: "user_group" as const, subjectId: 1 })],
    userGroups: [{ id: 1, name: "A", joinedVersion, costMultiplierPpm: null }],
  });

  test.each([
    ["an amount", fingerprint({ amount: 1 }), true],
    ["an enforcement", fingerprint({ enforcement: "strict" }), true],
    ["the setting of enforcement", fingerprint({}, { enforcement: "strict" }), true],
    ["a week start that no window has", fingerprint({}, { weekStart: "sunday" }), true],
    ["another row", fingerprint({ id: 2 }), false],
    ["a state that changed and changed back", fingerprint({ stateVersion: 2 }), false],
    ["a mode", fingerprint({ mode: "rolling" }), false],
    [
      "the setting of a mode",
      fingerprint({}, { windowModes: { ...DEFAULT_SETTINGS.windowModes, daily: "rolling" } }),
      false,
    ],
    ["a zone", fingerprint({}, { timeZone: "Asia/Tokyo" }), false],
    ["a reset time", fingerprint({}, { dailyReset: "04:00" }), false],
    ["a group joined", fingerprint({}, {}, group(1)), false],
  ])("%s", (_name, other, isSame) => {
    expect(other === fingerprint({})).toBe(isSame);
  });

  test("a zone does not define what no calendar divides", () => {
    const rolling = { mode: "rolling" as const };
    expect(fingerprint(rolling, { timeZone: "Asia/Tokyo" })).toBe(fingerprint(rolling));
  });

  test("a week start defines weeks, a restart totals, and a group left and joined again is another", () => {
    const week = { window: "weekly" as const };
    expect(fingerprint(week, { weekStart: "sunday" })).not.toBe(fingerprint(week));
    const total = { window: "total" as const };
    const restart = { axis: "user" as const, subjectId: 7, modelGroupId: null, unit: "usd" as const, restartedAt: AT };
    expect(fingerprint(total, {}, { restarts: [restart] })).not.toBe(fingerprint(total));
    expect(fingerprint({}, {}, group(2))).not.toBe(fingerprint({}, {}, group(1)));
  });
});

/** As `expect(...).toBe`, without its cost for what is equal. */
function same<Value>(found: Value, wanted: Value): void {
  if (found !== wanted) expect(found).toBe(wanted);
}

function each(check: (caller: LimitedCaller, random: Random) => void): void {
  const random = seededRandom(SEED);
  for (let index = 0; index < CONFIGURATIONS; index++) check(drawCaller(random), random);
}

function drawCaller(random: Random): LimitedCaller {
  const userGroups = GROUPS.filter(() => random(3) > 0).map(
    (id): GroupMembership => ({ id, name: `group ${id}`, joinedVersion: 1 + random(3), costMultiplierPpm: null }),
  );
  const rows = new Map<string, LimitRow>();
  for (let id = 1 + random(12); id > 0; id--) {
    const row = drawLimit(random, id);
    const isForeign = row.subjectType === "user_group" && !userGroups.some((group) => group.id === row.subjectId);
    if (!isForeign) rows.set(cellOf(row), row);
  }
  const boosts = Array.from({ length: random(3) }, (_, index) => drawBoost(random, index + 1));
  return buildCaller({ userGroups, limits: [...rows.values()], boosts });
}

function drawLimit(random: Random, id: number): LimitRow {
  const subjectType = pick(["user", "user_group", "user_group", "key"] as const, random);
  const subjectId = subjectType === "user" ? 7 : subjectType === "key" ? 3 : pick(GROUPS, random);
  const state = pick(["limit", "limit", "limit", "unlimited", "block"] as const, random);
  return {
    ...{ id, subjectType, subjectId, modelGroupId: pick(TARGETS, random), state, stateVersion: 1 + random(3) },
    unit: pick(LIMIT_UNITS, random),
    window: pick(["daily", "daily", "weekly", "total"] as const, random),
    amount: state === "limit" ? 1 + random(5) : null,
    mode: null,
    enforcement: random(4) === 0 ? pick(ENFORCEMENTS, random) : null,
  };
}

function drawBoost(random: Random, id: number): BoostRow {
  const from = AT - 1 + random(3);
  return {
    ...{ id, userId: 7, modelGroupId: pick(TARGETS, random), unit: pick(LIMIT_UNITS, random), amount: 1 + random(5) },
    ...{
      window: pick(["daily", "weekly", "total"] as const, random),
      validFrom: from,
      validTo: from + 2,
      endedAt: null,
    },
  };
}

/** One change of a configuration, and whether it changes what a counter is defined by; null: that depends. */
function change(caller: LimitedCaller, random: Random) {
  const rules: LimitRules = DEFAULT_SETTINGS;
  const index = random(Math.max(1, caller.limits.length));
  const edit = (given: Partial<LimitRow>) => ({
    ...caller,
    limits: caller.limits.map((row, at) => (at === index ? { ...row, ...given } : row)),
  });
  const row = caller.limits[index];
  switch (random(6)) {
    case 0:
      return { caller: { ...caller, boosts: [] }, rules, isDefinition: false };
    case 1:
      return { caller: edit({ enforcement: "lenient" }), rules, isDefinition: false };
    case 2:
      return { caller: edit(row?.state === "limit" ? { amount: 1 + random(9) } : {}), rules, isDefinition: false };
    case 3:
      return { caller: edit({ stateVersion: 99 }), rules, isDefinition: null };
    case 4:
      return {
        caller: { ...caller, limits: caller.limits.filter((_, at) => at !== index) },
        rules,
        isDefinition: null,
      };
    default:
      return { caller, rules: { ...rules, timeZone: "Asia/Tokyo" }, isDefinition: null };
  }
}

/** What a cell lets through: null inherits (no cap), 0 blocks, Infinity is unlimited. */
function strength(caller: LimitedCaller, { subjectType, modelGroupId, unit, window }: LimitRow): number | null {
  const axis = subjectType === "key" ? "key" : "user";
  const cell = allCells(mergeLimits(caller, DEFAULT_SETTINGS)).find(
    (found) =>
      found.axis === axis && found.modelGroupId === modelGroupId && found.unit === unit && found.window === window,
  );
  if (cell === undefined) return null;
  if (cell.state === "block") return 0;
  return cell.state === "unlimited" ? Number.POSITIVE_INFINITY : cell.amount;
}

function limitsOf(caller: LimitedCaller, rules: LimitRules = DEFAULT_SETTINGS) {
  return { ...mergeLimits(caller, rules), windows: WINDOWS };
}

function resolve(caller: LimitedCaller, modelGroupId: number | null, rules: LimitRules = DEFAULT_SETTINGS) {
  return resolveLimits(limitsOf(caller, rules), { modelGroupId, isFree: false }, AT);
}

/** What of a resolution decides. */
function outline({ buckets, blockedBy, counted, cells }: ReturnType<typeof resolve>): string {
  return JSON.stringify({
    counted,
    blockedBy: blockedBy?.winner.id ?? null,
    cells: cells.map(({ axis, unit, window, state, winner }) => [axis, unit, window, state, winner.id]),
    buckets: buckets.map(({ id, cap, boost }) => [id, cap, boost]),
  });
}

/** One row per subject and cell is stored; a new one takes its place. */
function withoutCell(rows: readonly LimitRow[], added: LimitRow): readonly LimitRow[] {
  return rows.filter((row) => cellOf(row) !== cellOf(added));
}

function cellOf({ subjectType, subjectId, modelGroupId, unit, window }: LimitRow): string {
  return [subjectType, subjectId, modelGroupId, unit, window].join(":");
}

function pick<Value>(values: readonly Value[], random: Random): Value {
  return values[random(values.length)] as Value;
}

function shuffle<Value>(values: readonly Value[], random: Random): readonly Value[] {
  const left = [...values];
  return values.map(() => left.splice(random(left.length), 1)[0] as Value);
}
