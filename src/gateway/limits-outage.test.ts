import { buildLimit } from "@test/build-quota";
import { openGateway } from "@test/open-gateway";
import { describe, expect, test } from "vitest";
import type { LimitRow } from "@/core/quota/limit";
import type { QuotaStore } from "@/core/quota/quota-store";
import type { Settings } from "@/core/settings/settings";
import type { MemoryQuotaStore } from "@/stores/memory/quota-store";

/** A rebuild that failed keeps others from one for so long. */
const LOCK_MS = 15_000;
const USD = 1_000_000_000;
const GROUP = { id: 4, name: "frontier", slug: "frontier" };

/** A gateway whose counters and ledger can be cut off. */
function open(limits: readonly LimitRow[], settings: Partial<Settings> = {}) {
  const state = { isStoreUp: true, isLedgerUp: true, asked: 0 };
  const cut = (store: MemoryQuotaStore): QuotaStore => {
    const call = async <Value>(run: () => Value | Promise<Value>): Promise<Value> => {
      state.asked++;
      if (!state.isStoreUp) throw new Error("no answer");
      return run();
    };
    return {
      reserve: (ask) => call(() => store.reserve(ask)),
      settle: (end) => call(() => store.settle(end)),
      void: (end) => call(() => store.void(end)),
      renew: (holds) => call(() => store.renew(holds)),
      peek: (ask) => call(() => store.peek(ask)),
      readRates: (userId, counters) => call(() => store.readRates(userId, counters)),
      stayRunning: (requests) => call(() => store.stayRunning(requests)),
      leave: (request) => call(() => store.leave(request)),
      expired: (limit) => call(() => store.expired(limit)),
      beginRebuild: (userId) => call(() => store.beginRebuild(userId)),
      rebuild: (ask) => call(() => store.rebuild(ask)),
      fill: (ask) => call(() => store.fill(ask)),
      announce: (holds) => call(() => store.announce(holds)),
    };
  };
  const scene = openGateway({
    snapshot: { limits },
    modelGroups: { "gpt-4o": GROUP },
    settings,
    storeOf: cut,
    isLedgerUp: () => state.isLedgerUp,
    answer: () => ({ latencyMs: 20 }),
  });
  /** Sends workload A one after the other until one is refused, at most `most`. */
  const served = async (most = 2_000) => {
    for (let count = 0; count < most; count++) {
      const answer = await scene.one();
      if (answer.status !== 200) return { count, status: answer.status, code: answer.headers["x-sluice-code"] };
    }
    return { count: most };
  };
  return { ...scene, state, served };
}

const daily = (amount: number, given: Partial<LimitRow> = {}) => buildLimit({ amount, ...given });

describe("while the counters do not answer (quota.md section 7)", () => {
  test.each([
    ["cap $10", [daily(10 * USD)], 266],
    ["cap $100: at most $1", [daily(100 * USD)], 1_333],
    ["strict: nothing", [daily(10 * USD, { enforcement: "strict" })], 0],
    [
      "a strict limit beside an open one: nothing",
      [
        ...[
          daily(10 * USD),
          daily(10, { id: 2, subjectType: "key", subjectId: 3, unit: "requests", enforcement: "strict" }),
        ],
      ],
      0,
    ],
    ["10 requests: one", [daily(10, { unit: "requests" })], 1],
    ["no room left: nothing", [daily(750_000 + 562_499)], 0],
  ] as const)(
    "fail open, %s",
    async (...[_name, limits, count]) => {
      const scene = open(limits);
      await scene.one();
      scene.state.isStoreUp = false;
      expect(await scene.served()).toEqual({ count, status: 503, code: "limits_unavailable" });
      expect(scene.upstream.sent).toBe(count + 1);
      expect(scene.left.storeFailures).toEqual([...Array(count).fill("admitted"), "denied"]);
    },
    60_000,
  );

  test("fail closed: 503 and the upstream sees nothing", async () => {
    const scene = open([daily(10 * USD)], { failOpen: false });
    scene.state.isStoreUp = false;
    expect(await scene.served()).toEqual({ count: 0, status: 503, code: "limits_unavailable" });
    expect(scene.upstream.sent).toBe(0);
  });

  test("a caller without limits passes as ever", async () => {
    const scene = open([], { failOpen: false });
    scene.state.isStoreUp = false;
    expect(await scene.served(5)).toEqual({ count: 5 });
  });

  test("with the ledger down too nothing passes that a limit applies to", async () => {
    const scene = open([daily(10 * USD)]);
    await scene.one();
    Object.assign(scene.state, { isStoreUp: false, isLedgerUp: false });
    expect(await scene.served()).toEqual({ count: 0, status: 503, code: "limits_unavailable" });
  });

  test("with counters that cannot be rebuilt from the ledger the allowance counts as well, and once", async () => {
    const scene = open([daily(10 * USD)]);
    scene.state.isLedgerUp = false;
    expect(await scene.served()).toEqual({ count: 266, status: 503, code: "limits_unavailable" });
    scene.state.isLedgerUp = true;
    await scene.pass(LOCK_MS);
    expect(await scene.served(300)).toEqual({ count: 300 });
    expect(await scene.counters()).toMatchObject([
      { settled: 566 * 750_000, ledger: 566 * 750_000, held: 0, worst: 0 },
    ]);
  });

  test("a caller waits a second for counters that another one rebuilds", async () => {
    const scene = open([daily(10 * USD)]);
    await scene.store.beginRebuild(7);
    const sent = scene.send();
    await scene.pass(1_000);
    await scene.finish();
    expect(sent.answer.status).toBe(200);
    expect(sent.answer.endedAt).toBeLessThan(scene.clock.now() + 1_100);
    expect(scene.left.entries).toMatchObject([{ failOpen: true }]);
  });

  test("rows say fail_open and count in both global limits, and after the return counters are the ledger, split and global", async () => {
    const limits = [daily(10 * USD), daily(10 * USD, { id: 2, modelGroupId: GROUP.id })];
    const scene = open(limits);
    await scene.one();
    scene.state.isStoreUp = false;
    await scene.served(20);
    const flags = scene.left.entries.map(({ failOpen, countedInUserGlobal, countedInKeyGlobal }) => [
      ...[failOpen, countedInUserGlobal, countedInKeyGlobal],
    ]);
    expect(flags).toEqual([[false, false, true], ...Array.from({ length: 20 }, () => [true, true, true])]);
    scene.state.isStoreUp = true;
    await scene.pass(1_000);
    expect(await scene.served(1)).toEqual({ count: 1 });
    scene.quota.ends.resend();
    await scene.pass(40);
    const group = { settled: 22 * 750_000, ledger: 22 * 750_000, held: 0, worst: 0 };
    expect(await scene.counters()).toMatchObject([{ ...group, settled: 20 * 750_000, ledger: 20 * 750_000 }, group]);
  });

  test("after three failures the store is left alone for half a second", async () => {
    const scene = open([daily(10 * USD)]);
    scene.state.isStoreUp = false;
    await scene.served(3);
    const { asked } = scene.state;
    await scene.served(3);
    expect(scene.state.asked - asked).toBeLessThanOrEqual(3);
    expect(scene.quota.degraded.isDegraded()).toBe(true);
    scene.state.isStoreUp = true;
    await scene.pass(500);
    expect((await scene.one()).status).toBe(200);
    expect(scene.quota.degraded.isDegraded()).toBe(false);
  });
});
