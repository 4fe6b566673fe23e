import { buildPlan } from "@test/build-caller";
import { buildLimit, buildQuota, buildQuotaStore, historyOf } from "@test/build-quota";
import { fakeClock } from "@test/fake-clock";
import { expect, test } from "vitest";
import type { LedgerEntry } from "@/core/ledger/entry";
import type { AdmitFrame } from "@/core/ledger/journal";
import { bareAsk } from "@/core/quota/bare-ask";
import { allBuckets } from "@/core/quota/resolve-limits";
import { closeAdopted, type HoldWorkAsk, holdWork } from "./hold-work";

const HOUR_MS = 3_600_000;
const USD = 1_000_000_000;

/** A journal with one admission of user 7 whose row the replay has brought to the ledger. */
async function adopted(ageMs: number, isSent = true) {
  const clock = fakeClock("2026-11-20T12:00:00Z");
  const store = buildQuotaStore(clock);
  const plan = buildPlan({ limits: [buildLimit()] });
  const config = { version: 1, keyId: 3, user: plan.user.fingerprint, key: plan.key.fingerprint };
  const row = { id: "a", holdNo: 1, userId: 7, keyId: 3, modelGroupId: null, costNanoUsd: USD, tokens: 5, requests: 1 };
  const flags = { countedInUserGlobal: true, countedInKeyGlobal: true };
  const entries = isSent ? [{ ...row, ...flags, admittedAt: clock.now() } as unknown as LedgerEntry] : [];
  const quota = buildQuota({ clock, store, history: historyOf(() => entries) });
  const [bucket] = allBuckets(plan, clock.now());
  const { id, kind, start, end } = bucket ?? expect.unreachable("a bucket");
  const buckets = [{ id, kind, start, end, slot: start, est: USD, worst: USD }];
  const admission = { id: "a", holdNo: 1, at: clock.now(), userId: 7, buckets } as Partial<AdmitFrame> as AdmitFrame;
  // The counters are there, and count what the ledger has.
  await quota.bring.rebuild({ userId: 7, plan, config, at: clock.now() });
  clock.advance(ageMs);
  const rebuilt: number[] = [];
  const suspected: number[] = [];
  const rebuild = async (userIds: readonly number[]) => {
    for (const userId of userIds) {
      rebuilt.push(userId);
      await quota.bring.rebuild({ userId, plan, config, at: clock.now() });
    }
  };
  return {
    rebuilt,
    suspected,
    adopt: () =>
      closeAdopted([{ replica: null, admissions: [admission] }], {
        ...{ store, clock, rebuild, suspect: (userIds) => suspected.push(...userIds) },
        rows: { find: async () => (isSent ? { usd: USD, tokens: 5, requests: 1, isOk: true } : null) },
        replicas: { find: async () => null, adopt: async () => {} },
      }),
    settled: async () => {
      const asks = allBuckets(plan, clock.now()).map(bareAsk);
      return (await store.peek({ userId: 7, config, buckets: asks }))?.lines.map((line) => line.settled + line.held);
    },
  };
}

test("a journal that is adopted after an hour rebuilds its user, whose counters are those of the ledger (quota.md test 40)", async () => {
  const { adopt, settled, rebuilt } = await adopted(HOUR_MS);
  await adopt();
  expect([rebuilt, await settled()]).toEqual([[7], [USD]]);
  await adopt();
  expect(await settled()).toEqual([USD]);
});

test("a young one settles its holds, and nothing is rebuilt", async () => {
  const { adopt, settled, rebuilt, suspected } = await adopted(599_999);
  await adopt();
  expect([rebuilt, await settled()]).toEqual([[], [USD]]);
  // The counters knew the end by another way: the ledger may have another amount.
  expect(suspected).toEqual([7]);
});

test("what was never sent is given back at any age", async () => {
  const { adopt, settled, rebuilt } = await adopted(HOUR_MS, false);
  await adopt();
  expect([rebuilt, await settled()]).toEqual([[7], [0]]);
});

test("the search for expired holds notices counters that went away and that came back, when no request asks", async () => {
  const clock = fakeClock("2026-11-20T12:00:00Z");
  const state = { isUp: true };
  const store = buildQuotaStore(clock);
  const expired = async () => {
    if (!state.isUp) throw new Error("down");
    return [];
  };
  const engine = buildQuota({ clock, store });
  const work = holdWork({ engine, store: { ...store, expired } } as Partial<HoldWorkAsk> as HoldWorkAsk);
  expect(await work.expired(5)).toEqual([]);
  expect(engine.degraded.isDegraded()).toBe(false);
  state.isUp = false;
  await expect(work.expired(5)).rejects.toThrow("down");
  clock.advance(15_000);
  await expect(work.expired(5)).rejects.toThrow("down");
  clock.advance(3_000);
  expect(engine.degraded.silentMs()).toBe(18_000);
  state.isUp = true;
  await work.expired(5);
  expect([engine.degraded.isDegraded(), engine.degraded.silentMs()]).toEqual([false, 0]);
});
