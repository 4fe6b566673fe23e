import { type FakeClock, fakeClock } from "@test/fake-clock";
import { afterEach, expect, test } from "vitest";
import type { BucketAsk, BucketRef, ReserveAsk } from "@/core/quota/quota-store";
import { describeQuotaStore } from "@/core/quota/quota-store.contract";
import { describeRates } from "@/core/quota/rates.contract";
import { describeRpmStatus } from "@/core/quota/rpm-status.contract";
import { type MemoryQuotaStore, memoryQuotaStore } from "./quota-store";

const fresh = async () => {
  const clock = fakeClock();
  const store = memoryQuotaStore({ clock, replica: "r1" });
  return {
    store,
    now: async () => clock.now(),
    pass: async (ms: number) => clock.advance(ms),
    close: async () => store.close(),
  };
};
describeQuotaStore("the memory store", fresh);
describeRates("rates in memory", fresh);
describeRpmStatus("rpm-status of counters in memory", fresh);

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const CONFIG = { version: 1, keyId: 3, user: "fu", key: "" };
const AMOUNTS = { cap: 1_000, est: 100, worst: 200, enforcement: "balanced" } as const;
const ROLLING: BucketRef = { id: "u7:0:usd:5h:rolling", kind: "rolling", start: 300, end: 60 };

let store: MemoryQuotaStore = memoryQuotaStore({ clock: fakeClock(), replica: "r1" });
afterEach(() => store.close());

function open(): FakeClock {
  const clock = fakeClock("2026-11-21T12:00:00Z");
  store = memoryQuotaStore({ clock, replica: "r1" });
  return clock;
}

async function rebuild(userId: number): Promise<void> {
  const begun = await store.beginRebuild(userId);
  const nothing = { definitions: { user: [], key: [] }, seeds: [], holds: [], closed: [] };
  await store.rebuild({ userId, token: begun?.token ?? "", config: CONFIG, ...nothing });
}

function asking(userId: number, holdId: string, ref: BucketRef = ROLLING): ReserveAsk {
  const buckets: readonly BucketAsk[] = [{ ...ref, ...AMOUNTS }];
  return { userId, holdId, ttlMs: 45_000, config: CONFIG, buckets, record: "{}" };
}

function slotOf(ask: ReserveAsk): number {
  const reply = store.reserve(ask);
  if (reply.kind !== "admitted") throw new Error(reply.kind);
  return reply.lines[0]?.slot ?? 0;
}

function settle(ask: ReserveAsk, slot: number, amount: number) {
  const buckets = ask.buckets.map(({ id, kind, start, end }) => ({ id, kind, start, end, slot }));
  return store.settle({ userId: ask.userId, holdId: ask.holdId, at: 0, buckets, actual: [amount] });
}

async function settledOf(ask: ReserveAsk): Promise<number | undefined> {
  return (await store.peek(ask))?.lines[0]?.settled;
}

test("reserve, settle and void answer at once", async () => {
  open();
  await rebuild(7);
  const ask = asking(7, "a.1");
  expect(settle(ask, slotOf(ask), 5)).toMatchObject({ kind: "ended" });
  expect(store.void({ ...ask, at: 0, actual: [], buckets: [] })).toEqual({ kind: "duplicate", state: "settled" });
});

test("usage of 12:00 counts in a rolling window of 5 hours until 17:05, and never less", async () => {
  const clock = open();
  await rebuild(7);
  const ask = asking(7, "a.1");
  settle(ask, slotOf(ask), 900);
  clock.advance(5 * HOUR + 299_000);
  expect(await settledOf(ask)).toBe(900);
  clock.advance(1_000);
  expect(await settledOf(ask)).toBe(0);
});

test("a fixed window that began at 12:00 ends at 17:00; the next begins with the next admission", async () => {
  const clock = open();
  await rebuild(7);
  clock.advance(200_000);
  const fixed: BucketRef = { id: "u7:0:usd:5h:fixed", kind: "fixed", start: 18_000, end: 300 };
  const ask = asking(7, "a.1", fixed);
  const slot = slotOf(ask);
  expect(new Date(slot * 1_000).toISOString()).toBe("2026-11-21T12:00:00.000Z");
  settle(ask, slot, 900);
  clock.advance(5 * HOUR - 200_000 - 1);
  expect(await settledOf(ask)).toBe(900);
  clock.advance(1 + 7 * 60_000);
  expect(new Date(slotOf(asking(7, "b.1", fixed)) * 1_000).toISOString()).toBe("2026-11-21T17:05:00.000Z");
  expect(await settledOf(ask)).toBe(0);
});

test("a store clock that jumps an hour back or ahead refunds nothing: a calendar window is stale, a rolling one keeps counting", async () => {
  const clock = open();
  await rebuild(7);
  const second = clock.now() / 1_000;
  const calendar: BucketRef = { id: "u7:0:usd:daily:1", kind: "calendar", start: second, end: second + 1_800 };
  const rolling = asking(7, "a.1");
  settle(rolling, slotOf(rolling), 900);
  clock.advance(-HOUR);
  expect(store.reserve(asking(7, "b.1", calendar))).toMatchObject({ kind: "stale_window", bucket: 0 });
  expect(await settledOf(rolling)).toBe(900);
  clock.advance(-30 * HOUR);
  expect(await settledOf(rolling)).toBe(900);
  clock.advance(32 * HOUR);
  expect(store.reserve(asking(7, "b.1", calendar))).toMatchObject({ kind: "stale_window", bucket: 0 });
});

test("a closed record lives 30 minutes, an open hold two days without renewal, a rebuild's lock 15 seconds", async () => {
  const clock = open();
  await rebuild(7);
  const ask = asking(7, "a.1");
  const slot = slotOf(ask);
  settle(ask, slot, 5);
  slotOf(asking(7, "open.1"));
  clock.advance(30 * 60_000 - 1);
  expect(store.reserve(ask).kind).toBe("duplicate");
  clock.advance(1);
  expect(settle(ask, slot, 5).kind).toBe("ended");
  clock.advance(2 * DAY - 30 * 60_000 - 1);
  expect(store.reserve(asking(7, "open.1")).kind).toBe("duplicate");
  clock.advance(1);
  expect(store.reserve(asking(7, "open.1")).kind).toBe("admitted");
  await store.beginRebuild(7);
  clock.advance(14_999);
  expect(await store.beginRebuild(7)).toBeNull();
  clock.advance(1);
  expect(await store.beginRebuild(7)).not.toBeNull();
});

test("100,000 idle users cost nothing after 35 days, and are swept a thousand at a time", async () => {
  const clock = fakeClock();
  let skippedMs = 0;
  store = memoryQuotaStore({ clock: { ...clock, now: () => clock.now() + skippedMs }, replica: "r1" });
  for (let userId = 1; userId <= 100_000; userId++) {
    await rebuild(userId);
    slotOf(asking(userId, `${userId}.1`));
  }
  expect(store.size()).toBe(100_000);
  skippedMs = 35 * DAY;
  clock.advance(10_000);
  expect(store.size()).toBe(99_000);
  clock.advance(100 * 10_000);
  expect(store.size()).toBe(0);
  expect(store.reserve(asking(1, "a.1"))).toEqual({ kind: "rebuild" });
});

test("a closed store leaves no timer", () => {
  const clock = open();
  expect(clock.pending()).toBe(1);
  store.close();
  expect(clock.pending()).toBe(0);
});
