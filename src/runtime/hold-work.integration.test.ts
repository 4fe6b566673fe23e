import { startRedis } from "@test/setup/start-redis";
import { describe, expect, test } from "vitest";
import type { AdmitFrame } from "@/core/ledger/journal";
import type { QuotaStore } from "@/core/quota/quota-store";
import type { RateAsk } from "@/core/quota/rate-ask";
import { systemClock } from "@/lib/clock";
import { memoryQuotaStore } from "@/stores/memory/quota-store";
import { createRedisConnection } from "@/stores/redis/client";
import { redisQuotaStore } from "@/stores/redis/quota-store";
import { redisKeys } from "@/stores/redis/redis-keys";
import { closeAdopted, type HoldWorkAsk, holdWork } from "./hold-work";

const CONFIG = { version: 1, keyId: 3, user: "", key: "" };
const NOTHING = { definitions: { user: [], key: [] }, seeds: [], holds: [], closed: [] };
const SUMS = { usd: 5, tokens: 1, requests: 1 };

const counters = (["rpm", "total", "successful"] as const).map(
  (metric): RateAsk => ({ id: `u7:${metric}:all:60000`, metric, limit: 10, burst: null, periodMs: 60_000 }),
);

async function inMemory() {
  const store = memoryQuotaStore({ clock: systemClock, replica: "dead" });
  return { store, close: async () => store.close() };
}

async function onRedis() {
  const { url, stop } = await startRedis();
  const connection = createRedisConnection([url]);
  await connection.check();
  return {
    store: redisQuotaStore({ client: connection.client, keys: redisKeys("db1"), replica: "dead" }),
    async close() {
      await connection.close();
      stop();
    },
  };
}

describe.each([
  ["in memory", inMemory],
  ["on Redis", onRedis],
])("a hold whose process died, %s", (_, open) => {
  /** What is used of each rate after one hold was closed by another process. */
  async function usedAfter(close: (store: QuotaStore, admission: AdmitFrame) => Promise<unknown>) {
    const opened = await open();
    const store: QuotaStore = opened.store;
    try {
      const begun = await store.beginRebuild(7);
      await store.rebuild({ userId: 7, token: begun?.token ?? "", config: CONFIG, ...NOTHING });
      const hold = { userId: 7, holdId: "a.1", ttlMs: 1, config: CONFIG, buckets: [], record: "r" };
      const reply = await store.reserve({ ...hold, rates: { counters, concurrency: null } });
      if (reply.kind !== "admitted") throw new Error(`not admitted: ${reply.kind}`);
      await close(store, {
        id: "a",
        holdNo: 1,
        at: reply.at,
        userId: 7,
        buckets: [],
      } as Partial<AdmitFrame> as AdmitFrame);
      return (await store.readRates(7, counters)).lines.map(({ used }) => used);
    } finally {
      await opened.close();
    }
  }

  /** Closes it as the adopter of its journal does, with what the ledger says of it. */
  const adopting = (isOk: boolean | null) => (store: QuotaStore, admission: AdmitFrame) =>
    closeAdopted([{ replica: null, admissions: [admission] }], {
      ...{ store, clock: systemClock, rebuild: async () => {}, suspect() {} },
      rows: { find: async () => (isOk === null ? null : { ...SUMS, isOk }) },
      replicas: { find: async () => null, adopt: async () => {} },
    });

  test("gives its unit of successful back when the ledger tells no good end, and keeps the others (R9)", async () => {
    expect(await usedAfter(adopting(false))).toEqual([1, 1, 0]);
  });

  test("keeps all units when its journal had a good end", async () => {
    expect(await usedAfter(adopting(true))).toEqual([1, 1, 1]);
  });

  test("gives all units back when nothing was sent", async () => {
    expect(await usedAfter(adopting(null))).toEqual([0, 0, 0]);
  });

  test("keeps its units in limbo, and gives that of successful back when the janitor ends it", async () => {
    const inLimbo: number[] = [];
    const used = await usedAfter(async (store) => {
      let [expired] = await store.expired(10);
      while (expired === undefined) [expired] = await store.expired(10);
      inLimbo.push(...(await store.readRates(7, counters)).lines.map((line) => line.used));
      await holdWork({ store } as Partial<HoldWorkAsk> as HoldWorkAsk).settle(expired, SUMS);
    });
    expect([inLimbo, used]).toEqual([
      [1, 1, 1],
      [1, 1, 0],
    ]);
  });
});
