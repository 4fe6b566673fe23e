import { buildPlan } from "@test/build-caller";
import { buildLimit, buildQuota } from "@test/build-quota";
import { fakeClock } from "@test/fake-clock";
import { describe, expect, test } from "vitest";
import { type MemoryQuotaStore, memoryQuotaStore } from "@/stores/memory/quota-store";
import { DEFAULT_SETTINGS } from "../settings/settings";
import type { Demand } from "./hold";
import type { LimitRow } from "./limit";
import type { QuotaAsk, QuotaResult } from "./quota";
import type { QuotaStore, ReserveReply } from "./quota-store";
import { allBuckets } from "./resolve-limits";

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const HOUR = 3_600_000;
const amounts = (usd: number) => ({ usd, tokens: 1, requests: 1 });
const demandOf = (est: number, worst: number): Demand => ({
  ...{ est: amounts(est), worst: amounts(worst), strictWorst: amounts(worst) },
});

type Given = {
  readonly limits?: readonly LimitRow[];
  /** Offset of the store's clock. */
  readonly offsetMs?: number;
  /** The faults of the next reserves: `lost` takes effect, `refused` does not. */
  readonly faults?: ("lost" | "refused" | null)[];
};

/** The engine in front of a store whose answers may get lost. */
function open({ limits = [buildLimit({ amount: 1_000 })], offsetMs = 0, faults = [] }: Given = {}) {
  const clock = fakeClock();
  const storeClock = { ...clock, now: () => clock.now() + offsetMs, after: () => () => {} };
  const memory: MemoryQuotaStore = memoryQuotaStore({ clock: storeClock, replica: "test" });
  const asked: string[] = [];
  /** Places that each beat told of. */
  const beats: number[] = [];
  const store: QuotaStore = {
    ...memory,
    async reserve(ask): Promise<ReserveReply> {
      asked.push(ask.holdId);
      const fault = faults.shift() ?? null;
      if (fault === "refused") throw new Error("no connection");
      const reply = memory.reserve(ask);
      if (fault === "lost") throw new Error("no answer");
      return reply;
    },
    stayRunning(requests) {
      beats.push(requests.length);
      return memory.stayRunning(requests);
    },
  };
  const quota = buildQuota({ clock, store });
  const plan = buildPlan({ limits });
  const reserve = (requestId: string, given: Partial<QuotaAsk> = {}) =>
    quota.reserve({
      ...{ requestId, no: 1, plan, callerVersion: 1, rules: DEFAULT_SETTINGS },
      target: { modelGroupId: null, isFree: false },
      demand: () => demandOf(100, 200),
      record: () => "",
      onWait() {},
      ...given,
    });
  const counters = async () => {
    const config = { version: 1, keyId: 3, user: plan.user.fingerprint, key: plan.key.fingerprint };
    const buckets = allBuckets(plan, storeClock.now()).map(({ cell, ...ref }) => ({
      ...{ ...ref, est: 0, worst: 0, enforcement: cell.enforcement },
    }));
    const seen = await memory.peek({ userId: 7, config, buckets });
    return seen?.lines.map(({ settled, held, worst }) => [settled, held, worst]);
  };
  return { clock, memory, quota, plan, reserve, counters, asked, beats };
}

function holdOf(result: QuotaResult) {
  if (result.kind !== "admitted") throw new Error(`expected an admission, not ${result.kind}`);
  return result.hold;
}

/** Asks for the one place that a user has among the running requests. */
const placed = (requestId: string) => ({
  rates: { counters: [], concurrency: { requestId, keyId: 3, user: 1, key: null } },
});

describe("asking the counters (quota.md section 4)", () => {
  test("places that were taken while the counters did not answer are told before another one is asked for", async () => {
    const faults: Given["faults"] = ["refused", "refused"];
    const { quota, reserve, beats } = open({ limits: [], faults });
    expect(holdOf(await reserve("a", placed("a")))).toMatchObject({ failOpen: true });
    const others = await Promise.all(["b", "d", "e"].map((id) => reserve(id, placed(id))));
    expect(others).toMatchObject(Array.from({ length: 3 }, () => ({ kind: "limited", by: "user" })));
    expect(beats).toEqual([1]);
    quota.leave("a");
    expect((await reserve("c", placed("c"))).kind).toBe("admitted");
  });

  test("a reserve whose answer was lost is asked again with its id, and there is one hold", async () => {
    const faults: Given["faults"] = [];
    const { quota, reserve, counters, asked } = open({ faults });
    quota.void(holdOf(await reserve("first")));
    faults.push("lost");
    const hold = holdOf(await reserve("a"));
    expect([hold.failOpen, hold.lines, asked.slice(-2)]).toEqual([false, null, ["a.1", "a.1"]]);
    expect(await counters()).toEqual([[0, 100, 200]]);
    quota.settle(hold, amounts(150));
    await turn();
    expect(await counters()).toEqual([[150, 0, 0]]);
  });

  test("one that is never answered and not admitted is shut out later", async () => {
    const faults: Given["faults"] = [];
    const { quota, reserve, counters, memory } = open({ faults });
    quota.void(holdOf(await reserve("first")));
    faults.push("lost", "refused");
    const result = await reserve("a", { rules: { ...DEFAULT_SETTINGS, failOpen: false } });
    expect([result.kind, await counters()]).toEqual(["unavailable", [[0, 100, 200]]]);
    quota.ends.resend();
    await turn();
    expect(await counters()).toEqual([[0, 0, 0]]);
    expect(await memory.renew([{ userId: 7, holdId: "a.1", ttlMs: 1, ceilingNanoUsd: 0 }])).toEqual(["voided"]);
  });

  test("one that is never answered and admitted without counters is settled by its id, in the split and in the global buckets", async () => {
    const faults: Given["faults"] = [];
    const limits = [buildLimit({ id: 1, amount: 100_000 }), buildLimit({ id: 2, amount: 100_000, modelGroupId: 4 })];
    const { quota, reserve, counters } = open({ limits, faults });
    const target = { modelGroupId: 4, isFree: false };
    quota.void(holdOf(await reserve("first", { target })));
    faults.push("lost", "refused");
    const hold = holdOf(await reserve("a", { target }));
    expect([hold.failOpen, hold.buckets.length]).toEqual([true, 2]);
    quota.settle(hold, amounts(150));
    await turn();
    expect(await counters()).toEqual([
      [150, 0, 0],
      [150, 0, 0],
    ]);
  });

  test("one that met its own void is an error of ours, not an admission", async () => {
    const { quota, reserve } = open();
    quota.void(holdOf(await reserve("a")));
    await turn();
    expect((await reserve("a")).kind).toBe("unavailable");
  });

  test.each([HOUR, -HOUR, 13 * HOUR, -13 * HOUR])(
    "a clock that is off by %d ms decides as the store's would",
    async (offsetMs) => {
      const { quota, reserve, clock, counters } = open({ offsetMs });
      for (const id of ["a", "b"]) quota.settle(holdOf(await reserve(id)), amounts(450));
      await turn();
      expect(Math.abs(quota.now() - clock.now() - offsetMs)).toBeLessThanOrEqual(50);
      expect(await counters()).toEqual([[900, 0, 0]]);
      expect(holdOf(await reserve("c")).at).toBe(clock.now() + offsetMs);
    },
  );

  test("a caller without limits is admitted at the store's time, and nothing is asked", () => {
    const { reserve, asked, clock } = open({ limits: [] });
    const hold = holdOf(reserve("a") as QuotaResult);
    expect([hold.at, hold.buckets, asked]).toEqual([clock.now(), [], []]);
  });

  test("a block refuses before any counter is asked", () => {
    const { reserve, asked } = open({
      limits: [buildLimit({ state: "block", amount: null }), buildLimit({ id: 2, unit: "tokens" })],
    });
    expect([(reserve("a") as QuotaResult).kind, asked]).toEqual(["blocked", []]);
  });
});

describe("waiting for room (quota.md Q35)", () => {
  const limits = [buildLimit({ amount: 1_000 })];
  const large = { demand: () => demandOf(600, 900) };

  test("who does not fit beside another waits until that one ends", async () => {
    const { quota, reserve, clock, counters } = open({ limits });
    const first = holdOf(await reserve("a", large));
    const second = reserve("b", large);
    await turn();
    expect(quota.waiting()).toBe(1);
    quota.settle(first, amounts(100));
    const hold = holdOf(await second);
    expect([quota.waiting(), await counters()]).toEqual([0, [[100, 600, 900]]]);
    quota.void(hold);
    expect(clock.pending()).toBe(0);
  });

  test("one that leaves is gone and holds nothing", async () => {
    const { quota, reserve, counters } = open({ limits });
    const first = holdOf(await reserve("a", large));
    let leave = () => {};
    const second = reserve("b", {
      ...large,
      onWait: (given) => {
        leave = given;
      },
    });
    await turn();
    leave();
    expect((await second).kind).toBe("gone");
    quota.settle(first, amounts(100));
    await turn();
    expect(await counters()).toEqual([[100, 0, 0]]);
  });

  test("one that leaves while it is asked for gives back what it got", async () => {
    const { quota, reserve, counters } = open({ limits });
    const first = holdOf(await reserve("a", large));
    let leave = () => {};
    const second = reserve("b", {
      ...large,
      onWait: (given) => {
        leave = given;
      },
    });
    await turn();
    quota.settle(first, amounts(100));
    await Promise.resolve();
    leave();
    await second;
    for (let round = 0; round < 4; round++) await turn();
    expect(await counters()).toEqual([[100, 0, 0]]);
    expect(quota.book.running()).toEqual([]);
  });

  test("one that leaves while it is asked for keeps no place among the running requests", async () => {
    const { quota, reserve } = open({ limits });
    const first = holdOf(await reserve("a", large));
    let leave = () => {};
    const second = reserve("b", {
      ...{ ...large, ...placed("b") },
      onWait: (given) => {
        leave = given;
      },
    });
    await turn();
    quota.settle(first, amounts(100));
    await Promise.resolve();
    leave();
    expect((await second).kind).toBe("gone");
    for (let round = 0; round < 4; round++) await turn();
    await quota.beat();
    expect((await reserve("c", placed("c"))).kind).toBe("admitted");
  });

  test("a newcomer queues behind those who wait, though it would fit", async () => {
    const { quota, reserve } = open({ limits });
    const first = holdOf(await reserve("a", large));
    const order: string[] = [];
    const note = (name: string) => (result: QuotaResult) => {
      order.push(name);
      if (result.kind === "admitted") quota.void(result.hold);
    };
    const second = Promise.resolve(reserve("b", large)).then(note("b"));
    await turn();
    const third = Promise.resolve(reserve("c", { demand: () => demandOf(1, 1) })).then(note("c"));
    await turn();
    quota.void(first);
    await Promise.all([second, third]);
    expect(order).toEqual(["b", "c"]);
  });
});

describe("a soak of $100 on memory (quota.md test 27), one call after the other", () => {
  const A = demandOf(562_500, 945_000);
  const C = demandOf(150_000, 1_420_000);
  const COST = 750_000;

  test.each([
    ["A", "strict", A, 133_333],
    ["A", "balanced", A, 133_333],
    ["C", "strict", C, 133_332],
    ["C", "balanced", C, 133_334],
  ] as const)(
    "workload %s, %s: as many as fit, to the last nano-dollar",
    async (...[, enforcement, demand, expected]) => {
      const limits = [buildLimit({ amount: 100_000_000_000, enforcement })];
      const { clock, quota, reserve, counters } = open({ limits });
      let served = 0;
      for (;;) {
        const asked = reserve(`r${served}`, { demand: () => demand });
        const result = asked instanceof Promise ? await asked : asked;
        if (result.kind !== "admitted") break;
        quota.settle(result.hold, amounts(COST));
        served++;
        clock.advance(50);
        // The store of this engine answers in a promise: its settlement must be heard before the next call.
        await turn();
      }
      expect(served).toBe(expected);
      expect(await counters()).toEqual([[expected * COST, 0, 0]]);
    },
    60_000,
  );
});
