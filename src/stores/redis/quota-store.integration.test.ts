import { startRedis, type TestRedis } from "@test/setup/start-redis";
import { startRedisCluster } from "@test/setup/start-redis-cluster";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { LIVES } from "@/core/quota/domain";
import type { BucketAsk, ReserveAsk } from "@/core/quota/quota-store";
import { describeQuotaStore, refsAround } from "@/core/quota/quota-store.contract";
import { describeRates } from "@/core/quota/rates.contract";
import { describeRpmStatus } from "@/core/quota/rpm-status.contract";
import { createRedisConnection, type RedisClient, type RedisConnection } from "./client";
import { type RedisQuotaStore, redisQuotaStore } from "./quota-store";
import { redisKeys } from "./redis-keys";

const keys = redisKeys("db1");
const domainKeys = keys.domain;
const CONFIG = { version: 1, keyId: 3, user: "fu", key: "fk" };
/** How fast a busy machine answers says nothing of what it answers. */
const PATIENT_MS = 30_000;
const AMOUNTS = { cap: 1_000_000, est: 100, worst: 200, enforcement: "balanced" } as const;

async function timeOf(client: RedisClient): Promise<number> {
  const [seconds, micros] = await client.time();
  return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
}

async function connect(...urls: readonly string[]): Promise<RedisConnection> {
  const connection = createRedisConnection(urls, PATIENT_MS);
  await connection.check();
  return connection;
}

async function onServers({ urls, stop }: { readonly urls: readonly string[]; stop(): void }) {
  const connection = await connect(...urls);
  const { client } = connection;
  return {
    store: redisQuotaStore({ client, keys, replica: "r1" }),
    now: () => timeOf(client),
    async pass(ms: number) {
      const until = (await timeOf(client)) + ms;
      while ((await timeOf(client)) < until) await new Promise(setImmediate);
    },
    async close() {
      await connection.close();
      stop();
    },
  };
}

const onOne = async () => {
  const { url, stop } = await startRedis();
  return onServers({ urls: [url], stop });
};
const onCluster = async () => onServers(await startRedisCluster());
describeQuotaStore("the Redis store", onOne);
describeRates("rates on Redis", onOne);
describeRpmStatus("rpm-status of counters on Redis", onOne);
describeQuotaStore("the Redis store on a cluster of three masters", onCluster);
describeRates("rates on a cluster of three masters", onCluster);

let server: TestRedis;
let connection: RedisConnection;
let admin: Redis;
let store: RedisQuotaStore;
beforeAll(async () => {
  server = await startRedis();
  connection = await connect(server.url);
  admin = new Redis(server.url);
  store = redisQuotaStore({ client: connection.client, keys, replica: "r1" });
});
afterEach(() => admin.flushall());
afterAll(async () => {
  admin.disconnect();
  await connection.close();
  server.stop();
});

async function rebuild(userId: number): Promise<void> {
  const begun = await store.beginRebuild(userId);
  const nothing = { definitions: { user: [], key: [] }, seeds: [], holds: [], closed: [] };
  const token = begun?.token ?? "";
  expect(await store.rebuild({ userId, token, config: CONFIG, ...nothing, holds: begun?.holds ?? [] })).toBe(true);
}

async function asking(userId: number, holdId: string): Promise<ReserveAsk> {
  const refs = refsAround(Math.floor((await timeOf(admin)) / 1_000));
  const buckets: readonly BucketAsk[] = Object.values(refs).map((ref) => ({ ...ref, ...AMOUNTS }));
  return { userId, holdId, ttlMs: 45_000, config: CONFIG, buckets, record: "{}" };
}

async function serve(ask: ReserveAsk): Promise<void> {
  const reply = await store.reserve(ask);
  if (reply.kind !== "admitted") throw new Error(reply.kind);
  const buckets = ask.buckets.map((bucket, at) => ({ ...bucket, slot: reply.lines[at]?.slot ?? 0 }));
  await store.settle({ userId: ask.userId, holdId: ask.holdId, at: reply.at, buckets, actual: buckets.map(() => 7) });
}

test("every key has a life after every call, and carries the user's hash tag but for the sets of users", async () => {
  const expectLives = async () => {
    for (const key of await admin.keys("*")) {
      expect(await admin.ttl(key), key).toBeGreaterThan(0);
      expect(key).toMatch(/^sl:db1:(\{u:7\}:q1|open:7$)/);
    }
  };
  const ask = await asking(7, "a.1");
  await store.beginRebuild(7);
  await expectLives();
  await admin.del(domainKeys(7).lock);
  await rebuild(7);
  await expectLives();
  const reply = await store.reserve(ask);
  await expect.poll(() => admin.exists("sl:db1:open:7")).toBe(1);
  await expectLives();
  await store.renew([{ userId: 7, holdId: "a.1", ttlMs: 1, ceilingNanoUsd: 5 }]);
  await expectLives();
  await expect.poll(() => store.expired(10)).toHaveLength(1);
  await expectLives();
  const { lines: slots, at } = reply.kind === "admitted" ? reply : { lines: [], at: 0 };
  const buckets = ask.buckets.map((bucket, index) => ({ ...bucket, slot: slots[index]?.slot ?? 0 }));
  await store.settle({ userId: 7, holdId: "a.1", at, buckets, actual: [1, 2, 3, 4] });
  await expectLives();
  await store.void({ userId: 7, holdId: "b.1", at, buckets, actual: [] });
  await admin.del(...ask.buckets.map(domainKeys(7).bucket).filter((key) => key !== domainKeys(7).meta));
  await store.settle({ userId: 7, holdId: "c.1", at, buckets, actual: [1, 2, 3, 4] });
  await expectLives();
  const seeds = buckets.map((bucket) => ({ ...bucket, settled: 0, slices: [] }));
  const definitions = { user: [], key: [] };
  await store.fill({ userId: 7, config: { ...CONFIG, version: 2, user: "x", key: "y" }, definitions, seeds });
  await expectLives();
  await rebuild(7);
  const held = buckets.map((bucket) => ({ ...bucket, est: 1, worst: 1 }));
  const hold = { userId: 7, holdId: "d.1", replica: "r2", at: 1, expiresAt: 2, record: "", ceilingNanoUsd: 0 };
  await store.announce([{ ...hold, buckets: held }]);
  await expectLives();
});

test("the lives are those of the layout", async () => {
  const ask = await asking(7, "a.1");
  await rebuild(7);
  await serve(ask);
  await store.reserve({ ...ask, holdId: "b.1" });
  const keys = domainKeys(7);
  const day = 86_400;
  const nearly = async (key: string, seconds: number) => {
    const ttl = await admin.ttl(key);
    expect(ttl, key).toBeGreaterThan(seconds - 10);
    expect(ttl, key).toBeLessThanOrEqual(seconds);
  };
  await nearly(keys.meta, 35 * day);
  await nearly(keys.open, 2 * day);
  await nearly(keys.hold("a.1"), 1_800);
  await nearly(keys.hold("b.1"), 2 * day);
  for (const bucket of ask.buckets) {
    const second = Math.floor((await timeOf(admin)) / 1_000);
    if (bucket.kind === "calendar") await nearly(keys.bucket(bucket), bucket.end + 2 * day - second);
    if (bucket.kind === "rolling") await nearly(keys.bucket(bucket), bucket.start * bucket.end + 2 * day);
  }
});

test("100,000 users who were active once leave nothing when the lives of their keys are over, here cut to a millionth", async () => {
  const USERS = 100_000;
  const AT_ONCE = 250;
  await admin.config("SET", "hz", "100", "active-expire-effort", "10");
  const one = async (userId: number) => {
    await rebuild(userId);
    await serve(await asking(userId, "a.1"));
  };
  for (let from = 1; from <= USERS; from += AT_ONCE)
    await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => one(from + index)));
  expect(await admin.dbsize()).toBeGreaterThan(3 * USERS);
  let cursor = "0";
  const longest = { seconds: 0 };
  do {
    const [next, found] = await admin.scan(cursor, "COUNT", 5_000);
    cursor = next;
    const lives = admin.pipeline();
    for (const key of found) lives.pttl(key);
    const told = ((await lives.exec()) ?? []).map(([, ms]) => Number(ms));
    const cuts = admin.pipeline();
    for (const [index, key] of found.entries()) {
      const ms = told[index] ?? -1;
      if (ms === -2) continue; // over since a scan named it, for the second time perhaps
      if (ms < 0) throw new Error(`${key} lives for ever`);
      longest.seconds = Math.max(longest.seconds, ms / 1_000);
      cuts.pexpire(key, Math.ceil(ms / 1_000_000));
    }
    await cuts.exec();
  } while (cursor !== "0");
  expect(longest.seconds).toBeLessThanOrEqual(35 * 86_400);
  await expect.poll(() => admin.dbsize(), { timeout: 60_000 }).toBe(0);
}, 600_000);

test("a wrong key type rejects with its cause, changes no bucket and leaves no hold; a rebuild mends it", async () => {
  const ask = await asking(7, "a.1");
  await rebuild(7);
  const keys = domainKeys(7);
  const [total, calendar] = ask.buckets as [BucketAsk, BucketAsk];
  await admin.set(keys.bucket(calendar), "text");
  await expect(store.reserve(ask)).rejects.toThrow(/reserve/);
  await expect(store.reserve(ask)).rejects.toMatchObject({ cause: { message: expect.stringContaining("WRONGTYPE") } });
  const slots = ask.buckets.map((bucket) => ({ ...bucket, slot: bucket.start }));
  const end = { userId: 7, holdId: "a.1", at: await timeOf(admin), buckets: slots, actual: [1, 1, 1, 1] };
  await expect(store.settle(end)).rejects.toThrow();
  expect(await admin.exists(keys.hold("a.1"))).toBe(0);
  expect(await admin.zcard(keys.open)).toBe(0);
  const lines = (await store.peek({ ...ask, buckets: [total] }))?.lines;
  expect(lines).toMatchObject([{ settled: 0, held: 0, worst: 0 }]);
  const begun = await store.beginRebuild(7);
  const seeds = [{ ...calendar, slot: calendar.start, settled: 5, slices: [] }];
  const base = { userId: 7, token: begun?.token ?? "", config: CONFIG, definitions: { user: [], key: [] } };
  expect(await store.rebuild({ ...base, seeds, holds: [], closed: [] })).toBe(true);
  expect(await store.reserve(ask)).toMatchObject({ kind: "admitted", lines: [{}, { settled: 5 }, {}, {}] });
});

test.each(["meta", "open"] as const)(
  "a wrong type of the %s key rejects a reserve, and a rebuild mends it",
  async (name) => {
    const ask = await asking(7, "a.1");
    await rebuild(7);
    await admin.del(domainKeys(7)[name]);
    await admin.set(domainKeys(7)[name], "text");
    await expect(store.reserve(ask)).rejects.toThrow();
    await rebuild(7);
    expect((await store.reserve(ask)).kind).toBe("admitted");
  },
);

test("counters of requests live for one to two periods after each call, 120 s at least, and places for a minute", async () => {
  await rebuild(7);
  const window = { id: "u7:rpm:all:60000", metric: "rpm", limit: 9, burst: null, periodMs: 60_000 } as const;
  const bucket = { ...window, id: "u7:b1:600000", metric: "total", burst: 5, periodMs: 600_000 } as const;
  const concurrency = { requestId: "a", keyId: 3, user: 2, key: 2 };
  const ask = { ...(await asking(7, "a.1")), buckets: [], rates: { counters: [window, bucket], concurrency } };
  const reply = await store.reserve(ask);
  const rateKeys = () => admin.keys("sl:db1:{u:7}:q1:r:*");
  const lives = async () =>
    Promise.all((await rateKeys()).sort().map(async (key) => [key.split(":r:")[1], await admin.pttl(key)] as const));
  for (const [id, ttl] of await lives()) {
    const most = id === bucket.id ? 1_200_000 : 120_000;
    expect(ttl).toBeGreaterThan(most - 60_000);
    expect(ttl).toBeLessThanOrEqual(most);
  }
  expect(await lives()).toHaveLength(2);
  for (const key of [domainKeys(7).running, domainKeys(7).runningOfKey(3)])
    expect(await admin.pttl(key)).toBeGreaterThan(30_000);
  const at = reply.kind === "admitted" ? reply.at : 0;
  await store.void({ userId: 7, holdId: "a.1", at, buckets: [], actual: [] });
  for (const [, ttl] of await lives()) expect(ttl).toBeGreaterThan(60_000);
  await store.leave({ userId: 7, keyId: 3, requestId: "a" });
  expect(await admin.exists(domainKeys(7).running, domainKeys(7).runningOfKey(3))).toBe(0);
});

test("a place whose replica was not heard of for 30 s is free", async () => {
  await rebuild(7);
  const begin = async (requestId: string) =>
    store.reserve({
      ...{ ...(await asking(7, `${requestId}.1`)), buckets: [] },
      rates: { counters: [], concurrency: { requestId, keyId: 3, user: 1, key: 1 } },
    });
  expect((await begin("a")).kind).toBe("admitted");
  const score = Number(await admin.zscore(domainKeys(7).running, "a"));
  expect(score - (await timeOf(connection.client))).toBeGreaterThan(29_000);
  expect(await begin("b")).toMatchObject({ kind: "limited", by: "user" });
  for (const key of [domainKeys(7).running, domainKeys(7).runningOfKey(3)]) await admin.zadd(key, 1, "a");
  expect((await begin("b")).kind).toBe("admitted");
  expect(await admin.zcard(domainKeys(7).running)).toBe(1);
});

test("1,000 requests at a rate through ten flushes of the scripts: no error, and exact counts", async () => {
  await rebuild(7);
  const window = { id: "u7:total:all:60000", metric: "total", limit: 700, burst: null, periodMs: 60_000 } as const;
  const base = { ...(await asking(7, "x.1")), buckets: [], rates: { counters: [window], concurrency: null } };
  let next = 0;
  const worker = async () => {
    const kinds: string[] = [];
    while (next < 1_000) {
      const number = next++;
      if (number % 100 === 50) await admin.script("FLUSH");
      kinds.push((await store.reserve({ ...base, holdId: `f${number}.1` })).kind);
    }
    return kinds;
  };
  const kinds = (await Promise.all(Array.from({ length: 20 }, worker))).flat();
  expect(Object.fromEntries([...Map.groupBy(kinds, String)].map(([kind, list]) => [kind, list.length]))).toEqual({
    ...{ admitted: 700, limited: 300 },
  });
});

test("a broken hold record of one user does not hide the expired holds of another", async () => {
  for (const userId of [7, 8]) {
    await rebuild(userId);
    await store.reserve({ ...(await asking(userId, "a.1")), ttlMs: 1 });
  }
  await admin.del(domainKeys(7).hold("a.1"));
  await admin.set(domainKeys(7).hold("a.1"), "text");
  await expect.poll(() => store.expired(10)).toMatchObject([{ userId: 8, holdId: "a.1" }]);
});

test("a user is looked for among those with open holds only while holds are open", async () => {
  const ask = { ...(await asking(7, "a.1")), ttlMs: 20 };
  await rebuild(7);
  const reply = await store.reserve(ask);
  await store.renew([{ userId: 7, holdId: "a.1", ttlMs: 30_000, ceilingNanoUsd: 1 }]);
  await expect
    .poll(async () => (await store.expired(10)).length + Number(await admin.zscore("sl:db1:open:7", "7")))
    .toBe(Number(await admin.zscore(domainKeys(7).open, "a.1")));
  const { lines: slots, at } = reply.kind === "admitted" ? reply : { lines: [], at: 0 };
  const buckets = ask.buckets.map((bucket, index) => ({ ...bucket, slot: slots[index]?.slot ?? 0 }));
  await store.void({ userId: 7, holdId: "a.1", at, buckets, actual: [] });
  await admin.zadd("sl:db1:open:7", 1, "7");
  expect(await store.expired(10)).toEqual([]);
  expect(await admin.exists("sl:db1:open:7")).toBe(1);
  await admin.zadd("sl:db1:open:7", 1, "7");
  await admin.pexpire(domainKeys(7).meta, LIVES.domainMs - 60_000);
  expect(await store.expired(10)).toEqual([]);
  expect(await admin.exists("sl:db1:open:7")).toBe(0);
});

test("a hold is found that was opened just after its user's last one had ended and was looked for", async () => {
  const brief = redisQuotaStore({ client: connection.client, keys, replica: "r1", leastTtlMs: 1 });
  const ask = { ...(await asking(7, "a.1")), ttlMs: 1 };
  await rebuild(7);
  const reply = await brief.reserve(ask);
  const { lines: slots, at } = reply.kind === "admitted" ? reply : { lines: [], at: 0 };
  const buckets = ask.buckets.map((bucket, index) => ({ ...bucket, slot: slots[index]?.slot ?? 0 }));
  await brief.void({ userId: 7, holdId: "a.1", at, buckets, actual: [] });
  await expect.poll(async () => Number(await admin.zscore("sl:db1:open:7", "7")) <= Date.now()).toBe(true);
  expect(await brief.expired(10)).toEqual([]);
  await brief.reserve({ ...ask, holdId: "b.1" });
  await expect.poll(() => brief.expired(10)).toMatchObject([{ userId: 7, holdId: "b.1" }]);
});

test("users who have nothing that is over do not hide one who has, however few are asked for", async () => {
  for (const userId of [7, 23, 8]) await rebuild(userId);
  await store.reserve({ ...(await asking(8, "a.1")), ttlMs: 1 });
  await expect.poll(() => admin.exists("sl:db1:open:7", "sl:db1:open:8")).toBe(2);
  await admin.zadd("sl:db1:open:7", 1, "7", 2, "23");
  await expect
    .poll(async () => Number(await admin.zscore(domainKeys(8).open, "a.1")) < (await timeOf(admin)))
    .toBe(true);
  await admin.zadd("sl:db1:open:8", 3, "8");
  expect(await store.expired(1)).toMatchObject([{ userId: 8, holdId: "a.1" }]);
});

test("a hold is found whose user was noted before the counters were lost", async () => {
  const ask = { ...(await asking(7, "a.1")), ttlMs: 1 };
  await rebuild(7);
  await store.reserve(ask);
  await expect.poll(() => admin.exists("sl:db1:open:7")).toBe(1);
  await admin.flushall();
  await rebuild(7);
  await store.reserve({ ...ask, holdId: "b.1" });
  await expect.poll(() => store.expired(10)).toMatchObject([{ userId: 7, holdId: "b.1" }]);
});

test("scripts that are flushed every few milliseconds fail no request", async () => {
  await rebuild(7);
  let isRunning = true;
  const flushing = (async () => {
    while (isRunning) {
      await admin.script("FLUSH");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  const ask = await asking(7, "");
  for (let round = 0; round < 20; round++)
    await Promise.all(Array.from({ length: 25 }, (_, at) => serve({ ...ask, holdId: `${round}-${at}.1` })));
  isRunning = false;
  await flushing;
  expect((await store.peek(ask))?.lines).toMatchObject(ask.buckets.map(() => ({ settled: 3_500, held: 0, worst: 0 })));
});

test("a server that does not answer rejects within the bound, and what is lost with it is rebuilt", async () => {
  const ask = await asking(7, "a.1");
  await rebuild(7);
  const bounded = createRedisConnection([server.url]);
  await bounded.check();
  await admin.client("PAUSE", 600);
  const start = performance.now();
  const { client } = bounded;
  await expect(redisQuotaStore({ client, keys, replica: "r1" }).reserve(ask)).rejects.toThrow(/did not answer/);
  expect(performance.now() - start).toBeLessThan(500);
  await admin.client("UNPAUSE");
  await bounded.close();
  await expect.poll(() => store.reserve(ask)).toMatchObject({ kind: "duplicate", state: "open" });
  await admin.flushall();
  expect(await store.reserve(ask)).toEqual({ kind: "rebuild" });
});

test("two replicas on one server share the counters and rebuild one after the other", async () => {
  const second = await connect(server.url);
  const other = redisQuotaStore({ client: second.client, keys, replica: "r2" });
  const ask = await asking(7, "a.1");
  const begun = await Promise.all([store.beginRebuild(7), other.beginRebuild(7)]);
  expect(begun.filter((lock) => lock !== null)).toHaveLength(1);
  await admin.del(domainKeys(7).lock);
  await rebuild(7);
  await store.reserve(ask);
  expect(await other.reserve(ask)).toMatchObject({ kind: "duplicate", state: "open" });
  expect(await other.reserve({ ...ask, holdId: "b.1" })).toMatchObject({
    lines: ask.buckets.map(() => ({ held: 100 })),
  });
  await second.close();
});

test("a rebuild with thousands of closed holds and hundreds of open ones is done in one go", async () => {
  const ask = await asking(7, "a.1");
  const begun = await store.beginRebuild(7);
  const at = await timeOf(admin);
  const closed = Array.from({ length: 3_000 }, (_, index) => ({ holdId: `c${index}.1`, state: "settled" as const }));
  const buckets = ask.buckets.map((bucket) => ({
    ...bucket,
    slot: bucket.kind === "total" ? 0 : Math.floor(at / 1_800_000),
  }));
  const [total, , rolling] = buckets;
  const held = [total, rolling].flatMap((bucket) => (bucket === undefined ? [] : [{ ...bucket, est: 1, worst: 2 }]));
  const holds = Array.from({ length: 400 }, (_, index) => ({
    ...{ userId: 7, holdId: `h${index}.1`, replica: "r2", at, expiresAt: at + 45_000, record: "{}", ceilingNanoUsd: 0 },
    buckets: held,
  }));
  const base = { userId: 7, token: begun?.token ?? "", config: CONFIG, definitions: { user: [], key: [] }, seeds: [] };
  expect(await store.rebuild({ ...base, holds, closed })).toBe(true);
  const lines = (await store.peek(ask))?.lines ?? [];
  expect([lines[0], lines[2]]).toMatchObject([
    { held: 400, worst: 800 },
    { held: 400, worst: 800 },
  ]);
  expect(await store.reserve({ ...ask, holdId: "c2999.1" })).toMatchObject({ kind: "duplicate", state: "settled" });
});
