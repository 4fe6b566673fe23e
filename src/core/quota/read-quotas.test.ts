import { buildLimit, buildQuota, buildQuotaStore, historyOf } from "@test/build-quota";
import { buildStoredEntry } from "@test/build-stored-rows";
import { fakeClock } from "@test/fake-clock";
import { describe, expect, test } from "vitest";
import { asNanoUsd } from "@/lib/money";
import type { LedgerEntry } from "../ledger/entry";
import { DEFAULT_SETTINGS } from "../settings/settings";
import { domainConfigOf } from "./domain-config";
import type { Demand } from "./hold";
import type { BoostRow, LimitRow } from "./limit";
import type { LimitedCaller } from "./limit-cell";
import { createLimitPlans } from "./limit-plans";
import type { QuotaStore } from "./quota-store";
import { type QuotaItem, readQuotas } from "./read-quotas";
import { createWindows } from "./window";

const USD = 1_000_000_000;
const NOON = "2026-11-21T12:00:00Z";

type Given = {
  readonly limits: readonly LimitRow[];
  readonly boosts?: readonly BoostRow[];
  readonly entries?: readonly LedgerEntry[];
  readonly store?: (store: QuotaStore) => QuotaStore;
};

function open({ limits, boosts = [], entries = [], store: wrap = (store) => store }: Given) {
  const clock = fakeClock(NOON);
  const store = wrap(buildQuotaStore(clock));
  const history = historyOf(() => entries);
  const engine = buildQuota({ clock, store, history });
  const plans = createLimitPlans(createWindows);
  const faults: unknown[] = [];
  const reads = {
    store,
    history,
    now: engine.now,
    onFault: (fault: unknown) => void faults.push(fault),
  };
  const groups = [{ id: 5, name: "team-a", joinedVersion: 1, costMultiplierPpm: null }];
  const callerOf = (rows: readonly LimitRow[]): LimitedCaller => ({
    ...{ userId: 7, keyId: 3, userGroups: groups, limits: rows, boosts, restarts: [] },
    ...{ rates: [], maxConcurrent: { user: null, key: null } },
  });
  const state = { caller: callerOf(limits), version: 1 };
  const planned = () => plans.planOf(state.caller, DEFAULT_SETTINGS);
  let count = 0;
  return {
    ...{ clock, engine, faults, store },
    read: () => readQuotas({ plan: planned(), config: domainConfigOf(planned(), state.version) }, reads),
    change(rows: readonly LimitRow[]) {
      state.caller = callerOf(rows);
      state.version++;
    },
    reserve: (est: number, modelGroupId: number | null = null) =>
      engine.reserve({
        requestId: `r${++count}`,
        no: 1,
        plan: planned(),
        callerVersion: state.version,
        target: { modelGroupId, isFree: false },
        demand: (): Demand => {
          const amounts = { usd: est, tokens: 10, requests: 1 };
          return { est: amounts, worst: amounts, strictWorst: amounts };
        },
        rules: DEFAULT_SETTINGS,
        record: () => "",
        onWait() {},
      }),
  };
}

const entry = (given: Partial<LedgerEntry>) =>
  buildStoredEntry({
    ...{ userId: 7, keyId: 3, modelGroupId: null, admittedAt: Date.parse(NOON) - 60_000 },
    ...{ countedInUserGlobal: true, countedInKeyGlobal: true, ...given },
  });

const boost = (given: Partial<BoostRow> = {}): BoostRow => ({
  ...{ id: 1, userId: 7, modelGroupId: null, unit: "usd", window: "daily", amount: USD, endedAt: null },
  ...{ validFrom: Date.parse(NOON) - 1_000, validTo: Date.parse(NOON) + 1_000, ...given },
});

const of = ({ cell, cap, boost: added, used, held, left, resetsAt }: QuotaItem) => ({
  ...{ axis: cell.axis, target: cell.modelGroupId, unit: cell.unit, state: cell.state, winner: cell.winner.id },
  ...{ cap, boost: added, used, held, left, resetsAt },
});

describe("readQuotas", () => {
  test("one item per cell that is not inherited, over all targets of both axes, the user axis first", async () => {
    const scene = open({
      limits: [
        buildLimit({ id: 1 }),
        buildLimit({
          id: 2,
          subjectType: "user_group",
          subjectId: 5,
          modelGroupId: 9,
          state: "unlimited",
          amount: null,
        }),
        buildLimit({ id: 3, modelGroupId: 9, unit: "requests", state: "block", amount: null }),
        buildLimit({ id: 4, subjectType: "key", subjectId: 3, window: "total", amount: 2 * USD }),
      ],
    });
    await scene.reserve(0);
    const { source, at, items } = await scene.read();
    expect([source, at]).toEqual(["counters", Date.parse(NOON)]);
    const none = { cap: null, boost: 0, used: null, held: null, left: null, resetsAt: null };
    const midnight = Date.parse("2026-11-22T00:00:00Z");
    const byWinner = [...items.map(of)].sort((a, b) => a.winner - b.winner);
    expect(byWinner).toEqual([
      {
        axis: "user",
        target: null,
        unit: "usd",
        state: "limit",
        winner: 1,
        cap: 5 * USD,
        boost: 0,
        used: 0,
        held: 0,
        left: 5 * USD,
        resetsAt: midnight,
      },
      { axis: "user", target: 9, unit: "usd", state: "unlimited", winner: 2, ...none },
      { axis: "user", target: 9, unit: "requests", state: "block", winner: 3, ...none },
      {
        axis: "key",
        target: null,
        unit: "usd",
        state: "limit",
        winner: 4,
        cap: 2 * USD,
        boost: 0,
        used: 0,
        held: 0,
        left: 2 * USD,
        resetsAt: null,
      },
    ]);
    expect(items.map(({ cell }) => cell.axis)).toEqual(["user", "user", "user", "key"]);
  });

  test("what runs is held, what ended is used, and reading changes neither", async () => {
    const scene = open({ limits: [buildLimit()] });
    const first = await scene.reserve(USD);
    const second = await scene.reserve(2 * USD);
    if (first.kind !== "admitted" || second.kind !== "admitted") throw new Error("not admitted");
    scene.engine.settle(first.hold, { usd: USD / 2, tokens: 0, requests: 1 });
    const [item] = (await scene.read()).items;
    expect(item).toMatchObject({ used: USD / 2, held: 2 * USD, left: 2.5 * USD });
    expect((await scene.read()).items[0]).toEqual(item);
    scene.engine.void(second.hold);
    expect((await scene.read()).items[0]).toMatchObject({ used: USD / 2, held: 0, left: 4.5 * USD });
  });

  test("nothing is left once the last request went over the cap", async () => {
    const scene = open({ limits: [buildLimit({ amount: USD })] });
    const result = await scene.reserve(USD / 2);
    if (result.kind !== "admitted") throw new Error("not admitted");
    scene.engine.settle(result.hold, { usd: 3 * USD, tokens: 0, requests: 1 });
    expect((await scene.read()).items[0]).toMatchObject({ cap: USD, used: 3 * USD, left: 0 });
  });

  test("counters that nobody has built yet stay so: the ledger is read", async () => {
    const scene = open({ limits: [buildLimit()], entries: [entry({ costNanoUsd: asNanoUsd(2 * USD) })] });
    const { source, items } = await scene.read();
    expect([source, items[0]?.used, items[0]?.held]).toEqual(["ledger", 2 * USD, null]);
    await scene.reserve(USD);
    expect(await scene.read()).toMatchObject({ source: "counters", items: [{ used: 2 * USD, held: USD }] });
  });

  test("a limit that is new sees what was spent before it, as the next request would", async () => {
    const spent = entry({ costNanoUsd: asNanoUsd(2 * USD) });
    const scene = open({ limits: [buildLimit()], entries: [spent] });
    await scene.reserve(0);
    scene.change([buildLimit(), buildLimit({ id: 2, window: "weekly" })]);
    for (const told of ["ledger", "counters"]) {
      const { source, items } = await scene.read();
      expect([source, ...items.map(({ used }) => used)]).toEqual([told, 2 * USD, 2 * USD]);
      await scene.reserve(0);
    }
  });

  test("a boost raises the cap only inside its dates", async () => {
    const scene = open({ limits: [buildLimit()], boosts: [boost()] });
    const [item] = (await scene.read()).items;
    expect(item).toMatchObject({ cap: 6 * USD, boost: USD, boosts: [{ id: 1 }] });
    scene.clock.advance(1_000);
    expect((await scene.read()).items[0]).toMatchObject({ cap: 5 * USD, boost: 0, boosts: [] });
  });

  test("after midnight it is the new day that is read", async () => {
    const scene = open({ limits: [buildLimit()] });
    await scene.reserve(USD);
    scene.clock.advance(12 * 3_600_000);
    expect((await scene.read()).items[0]).toMatchObject({
      used: 0,
      held: 0,
      resetsAt: Date.parse("2026-11-23T00:00:00Z"),
    });
  });

  test("the windows are those of the store's clock, whatever this replica's says", async () => {
    const ahead = fakeClock("2026-11-22T00:30:00Z");
    const scene = open({ limits: [buildLimit()], store: () => buildQuotaStore(ahead) });
    await scene.reserve(0);
    const { at, items } = await scene.read();
    expect([at, items[0]?.resetsAt]).toEqual([ahead.now(), Date.parse("2026-11-23T00:00:00Z")]);
  });

  describe("while the counters do not answer", () => {
    const silent = (store: QuotaStore): QuotaStore => ({
      ...store,
      peek: () => Promise.reject(new Error("no answer")),
    });

    test("the ledger is read, and what runs is unknown", async () => {
      const limits = [
        buildLimit({ id: 1 }),
        buildLimit({ id: 2, window: "weekly", mode: "rolling" }),
        buildLimit({ id: 3, unit: "requests", window: "total", amount: 10 }),
        buildLimit({ id: 4, subjectType: "key", subjectId: 3, state: "block", amount: null }),
      ];
      const entries = [entry({ costNanoUsd: asNanoUsd(2 * USD), requests: 1 })];
      const scene = open({ limits, entries, store: silent });
      const { source, items } = await scene.read();
      expect(source).toBe("ledger");
      expect(items.map(({ used, held, left }) => [used, held, left])).toEqual([
        [1, null, 9],
        [2 * USD, null, 3 * USD],
        [2 * USD, null, 3 * USD],
        [null, null, null],
      ]);
      expect(scene.faults).toHaveLength(1);
      const counted = await open({ limits, entries }).read();
      const named = ({ cell, cap, used, left, resetsAt }: QuotaItem) => [cell.winner.id, cap, used, left, resetsAt];
      expect(items.map(named)).toEqual(counted.items.map(named));
    });

    test("a caller whose limits need no counter is read without asking any", async () => {
      const scene = open({ limits: [buildLimit({ state: "unlimited", amount: null })], store: silent });
      expect(await scene.read()).toMatchObject({ source: "counters", items: [{ cap: null }] });
      expect(scene.faults).toEqual([]);
    });
  });
});
