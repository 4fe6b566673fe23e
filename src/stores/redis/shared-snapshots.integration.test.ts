import { buildAuthSnapshot } from "@test/build-deps";
import { fakeClock } from "@test/fake-clock";
import { startRedis, type TestRedis } from "@test/setup/start-redis";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { SNAPSHOT_SCHEMA } from "@/core/snapshot-text";
import { createRedisConnection, type RedisConnection } from "./client";
import { redisKeys } from "./redis-keys";
import { sharedSnapshots } from "./shared-snapshots";

const DIGEST = "d".repeat(64);
const keys = redisKeys("a-database");
const key = keys.snapshot(SNAPSHOT_SCHEMA, DIGEST);
let redis: TestRedis;
let connection: RedisConnection;

beforeAll(async () => {
  redis = await startRedis();
  connection = createRedisConnection([redis.url]);
  await connection.check();
});
afterAll(async () => {
  await connection.close();
  redis.stop();
});
beforeEach(() => redis.run((client) => client.flushall()));

const open = (random = 0.5) => {
  const clock = fakeClock();
  return { clock, ...sharedSnapshots({ client: connection.client, keys, clock, random: () => random }) };
};
const versionOf = async (shared: ReturnType<typeof open>) => (await shared.read(DIGEST))?.snapshot.version ?? null;

test("what one replica writes another reads, for 300 s +-10 %", async () => {
  for (const [random, life] of [
    [0, 270_000],
    [1, 330_000],
  ] as const) {
    await redis.run((client) => client.flushall());
    open(random).write(DIGEST, buildAuthSnapshot({ models: new Set(["gpt-4o"]), version: 4 }));
    await vi.waitFor(async () => expect(await versionOf(open())).toBe(4));
    expect((await open().read(DIGEST))?.snapshot).toEqual(
      buildAuthSnapshot({ models: new Set(["gpt-4o"]), version: 4 }),
    );
    const left = await redis.run((client) => client.pttl(key));
    expect(left).toBeLessThanOrEqual(life);
    expect(left).toBeGreaterThan(life - 60_000);
  }
});

test("the higher version stays", async () => {
  const shared = open();
  for (const version of [5, 4]) shared.write(DIGEST, buildAuthSnapshot({ version }));
  expect(await versionOf(shared)).toBe(5);
  shared.write(DIGEST, buildAuthSnapshot({ version: 6 }));
  expect(await versionOf(shared)).toBe(6);
});

test("in the last fifth of its life a snapshot is due", async () => {
  const shared = open();
  shared.write(DIGEST, buildAuthSnapshot());
  expect((await shared.read(DIGEST))?.isDue).toBe(false);
  await redis.run((client) => client.pexpire(key, 59_000));
  expect((await shared.read(DIGEST))?.isDue).toBe(true);
});

test("A7: another form of the text is a miss, and so is garbage in its place", async () => {
  const shared = open();
  shared.write(DIGEST, buildAuthSnapshot());
  expect(await versionOf(shared)).toBe(1);
  await redis.run((client) => client.rename(key, keys.snapshot("another", DIGEST)));
  expect(await shared.read(DIGEST)).toBeNull();
  await redis.run((client) => client.hset(key, { v: 1, t: "{}", l: 300_000 }));
  expect(await shared.read(DIGEST)).toBeNull();
  await redis.run((client) => client.set(key, "a text"));
  expect(await shared.read(DIGEST)).toBeNull();
});

test("a Redis that does not answer has nothing, is asked once a second, and fails nobody", async () => {
  const shared = open();
  shared.write(DIGEST, buildAuthSnapshot());
  expect(await versionOf(shared)).toBe(1);
  redis.pause();
  try {
    expect(await shared.read(DIGEST)).toBeNull();
    shared.write(DIGEST, buildAuthSnapshot());
  } finally {
    redis.resume();
  }
  expect(await shared.read(DIGEST)).toBeNull(); // it rests
  shared.clock.advance(1_000);
  await vi.waitFor(async () => {
    shared.clock.advance(1_000);
    expect(await versionOf(shared)).toBe(1);
  });
});
