import { WORKLOAD_A as A, WORKLOAD_C as C, ACCURACY_WINDOWS as WINDOWS } from "@test/accuracy";
import { TEST_KEY } from "@test/build-deps";
import { buildLimit } from "@test/build-quota";
import type { FakeClock } from "@test/fake-clock";
import { type OpenGateway, openGateway, type SentCall } from "@test/open-gateway";
import { startRedis } from "@test/setup/start-redis";
import { startRedisCluster, type TestRedisCluster } from "@test/setup/start-redis-cluster";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { QuotaStore } from "@/core/quota/quota-store";
import type { Enforcement, LimitMode, LimitWindow } from "@/core/vocabulary";
import { systemClock } from "@/lib/clock";
import { memoryQuotaStore } from "@/stores/memory/quota-store";
import { createRedisConnection, type RedisConnection } from "@/stores/redis/client";
import { redisQuotaStore } from "@/stores/redis/quota-store";
import { redisKeys } from "@/stores/redis/redis-keys";

// Accuracy over replicas (quota.md test 27), in real time: every replica is a gateway with its own engine and its own connection. Each cell has a
// user of its own. The larger limits run on memory only, in limits-accuracy.test.ts.
const CENT = 10_000_000;
const COST = 750_000;
const COLUMNS = [
  ["A strict", "strict", A],
  ["A balanced", "balanced", A],
  ["C strict", "strict", C],
  ["C balanced", "balanced", C],
] as const satisfies readonly (readonly [string, Enforcement, typeof A])[];

type Rate = { readonly name: string; readonly width: number; readonly everyMs: number };
const ONE: Rate = { name: "one after the other", width: 1, everyMs: 0 };
const TEN: Rate = { name: "10 a second", width: 50, everyMs: 100 };
const FIFTY: Rate = { name: "50 at once", width: 50, everyMs: 0 };

type Place = { readonly name: string; stores(): readonly QuotaStore[] };

const realClock: FakeClock = { ...systemClock, advance() {}, pending: () => 0 };
const connections: RedisConnection[] = [];
const stops: (() => void)[] = [];
let single = "";
let cluster: TestRedisCluster;

beforeAll(async () => {
  const server = await startRedis();
  cluster = await startRedisCluster();
  single = server.url;
  stops.push(server.stop, cluster.stop);
  for (const urls of [...Array(8).fill([single]), ...Array(3).fill(cluster.urls)]) {
    const connection = createRedisConnection(urls);
    expect(await connection.check()).toEqual({ kind: "ready" });
    connections.push(connection);
  }
});
afterAll(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  for (const stop of stops) stop();
});

const KEYS = redisKeys("test");
const redisStores = (from: number, count: number) =>
  connections
    .slice(from, from + count)
    .map(({ client }, index) => redisQuotaStore({ client, keys: KEYS, replica: `r${index}` }));

const PLACES: readonly Place[] = [
  { name: "1 on memory", stores: () => [memoryQuotaStore({ clock: realClock, replica: "r0" })] },
  { name: "1 on Redis", stores: () => redisStores(0, 1) },
  { name: "3 on Redis", stores: () => redisStores(0, 3) },
  { name: "8 on Redis", stores: () => redisStores(0, 8) },
  { name: "3 on a cluster", stores: () => redisStores(8, 3) },
];

const users = { next: 1_000 };

type Cell = {
  readonly place: Place;
  readonly amount: number;
  readonly window: LimitWindow;
  readonly mode: LimitMode | null;
  readonly rate: Rate;
};

/** Served of one column; counters and the ledgers of the replicas say the same. */
async function runCell({ place, amount, window, mode, rate }: Cell, [, enforcement, load]: (typeof COLUMNS)[number]) {
  const userId = users.next++;
  const { usage, expected, ...call } = load;
  const stores = place.stores();
  const scenes = stores.map((store) =>
    openGateway({
      snapshot: { userId, limits: [buildLimit({ subjectId: userId, amount, window, mode, enforcement })] },
      habitsOf: () => ({ bytesPerToken: 4, expectedOutputTokens: expected }),
      answer: () => ({ usage, latencyMs: 5 }),
      storeOf: () => store,
      isShared: place.name !== "1 on memory",
      clock: realClock,
    }),
  );
  const served = await drive(scenes, { call, rate, count: Math.floor(amount / COST) + 2 + rate.width });
  const first = scenes[0] as OpenGateway;
  const entries = scenes.flatMap(({ left }) => left.entries);
  expect(entries.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0)).toBe(served * COST);
  const read = () => first.counters(TEST_KEY, Date.now(), stores[0]);
  await expect.poll(read, { interval: 5 }).toMatchObject([{ settled: served * COST, held: 0, worst: 0 }]);
  return served;
}

type Drive = { readonly call: SentCall; readonly rate: Rate; readonly count: number };

/** Calls over the replicas in turn. One that waited in vain for room is sent again, as clients do with a transient refusal. */
async function drive(scenes: readonly OpenGateway[], { call, rate, count }: Drive): Promise<number> {
  let served = 0;
  let next = 0;
  const one = async (number: number): Promise<void> => {
    const { answer, handled } = (scenes[number % scenes.length] as OpenGateway).send(call);
    await handled;
    const code = answer.headers["x-sluice-code"] ?? "";
    if (answer.status === 200) served++;
    else if (code === "limit_contended") await one(number);
    else expect(["limit_too_small", "limit_exceeded"]).toContain(code);
  };
  await one(next++); // brings the user into the counters
  if (rate.everyMs > 0) {
    const running: Promise<void>[] = [];
    for (; next < count - rate.width + 2; next++) {
      running.push(one(next));
      await new Promise((resolve) => setTimeout(resolve, rate.everyMs));
    }
    await Promise.all(running);
    return served;
  }
  const worker = async () => {
    while (next < count) await one(next++);
  };
  await Promise.all(Array.from({ length: rate.width }, worker));
  return served;
}

const rows: string[] = [];
afterAll(() => {
  process.stdout.write(
    `${["", "limit x window x rate x replicas: served of A strict, A balanced, C strict, C balanced", ...rows].join("\n")}\n`,
  );
});

async function expectServed(cell: Cell, expected: readonly number[]): Promise<void> {
  const served = await Promise.all(COLUMNS.map((column) => runCell(cell, column)));
  const { amount, window, mode, rate, place } = cell;
  rows.push(`$${amount / 1e9}  ${window} ${mode ?? ""}  ${rate.name}  ${place.name}: ${served.join(" ")}`);
  expect(served).toEqual(expected);
}

describe.each(PLACES)("what $name serves depends on the limit alone (quota.md test 27)", (place) => {
  test.each(WINDOWS.flatMap(([window, mode]) => [ONE, FIFTY].map((rate) => ({ window, mode, rate }))))(
    "one cent, $window $mode, $rate.name",
    async (cell) => expectServed({ ...cell, place, amount: CENT }, [13, 13, 12, 14]),
    30_000,
  );

  test("one cent, daily calendar, 10 a second", async () => {
    await expectServed({ place, amount: CENT, window: "daily", mode: "calendar", rate: TEN }, [13, 13, 12, 14]);
  }, 30_000);

  test("ten cents, daily calendar, 50 at once", async () => {
    const cell = { place, amount: 10 * CENT, window: "daily", mode: "calendar", rate: FIFTY } as const;
    await expectServed(cell, [133, 133, 132, 134]);
  }, 30_000);
});

test("no command of a cluster named keys of two slots", async () => {
  expect(await cluster.crossedSlots()).toBe(0);
});
