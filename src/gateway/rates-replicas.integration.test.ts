import { buildAuthSnapshot, TEST_KEY } from "@test/build-deps";
import type { FakeClock } from "@test/fake-clock";
import { openGateway } from "@test/open-gateway";
import { startRedis, type TestRedis } from "@test/setup/start-redis";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AuthSnapshot } from "@/core/auth-snapshot";
import type { RateRow } from "@/core/quota/rate-row";
import { systemClock } from "@/lib/clock";
import { createRedisConnection, type RedisConnection } from "@/stores/redis/client";
import { redisQuotaStore } from "@/stores/redis/quota-store";
import { redisKeys } from "@/stores/redis/redis-keys";

// Rates over two replicas on one Redis (channels-and-rates.md tests 24, 33 and 37), in real time: each is a gateway with an own connection.
const realClock: FakeClock = { ...systemClock, advance() {}, pending: () => 0 };
const OTHER_KEY = `${TEST_KEY.slice(0, -1)}x`;

let server: TestRedis;
const connections: RedisConnection[] = [];
let nextUser = 5_000;
beforeAll(async () => {
  server = await startRedis();
  for (const _ of [0, 1]) {
    const connection = createRedisConnection([server.url]);
    expect(await connection.check()).toEqual({ kind: "ready" });
    connections.push(connection);
  }
});
afterAll(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  server.stop();
});

function rpm(userId: number, amount: number): RateRow {
  return {
    ...{ id: 1, subjectType: "user", userId, userGroupId: null, keyId: null, modelGroupId: null, model: null },
    ...{ metric: "rpm", amount, burst: null },
  };
}

/** Two replicas with two keys of one user; `asked` counts the round trips of their reserves. */
function open(given: (userId: number) => Partial<AuthSnapshot>, latencyMs = 20, skewMs = 0) {
  const userId = nextUser++;
  const state = { asked: 0 };
  const snapshot = { userId, ...given(userId) };
  const scenes = connections.map(({ client }, at) => {
    const store = redisQuotaStore({ client, keys: redisKeys("test"), replica: `r${at}` });
    return openGateway({
      keys: { [TEST_KEY]: buildAuthSnapshot(snapshot), [OTHER_KEY]: buildAuthSnapshot({ ...snapshot, keyId: 9 }) },
      answer: () => ({ latencyMs }),
      storeOf: () => ({
        ...store,
        reserve(ask) {
          state.asked++;
          return store.reserve(ask);
        },
      }),
      isShared: true,
      clock: { ...realClock, now: () => realClock.now() + (at === 0 ? -skewMs : skewMs) },
    });
  });
  return {
    scenes,
    state,
    send: (number: number) => scenes[number % 2]?.send({ key: number % 3 === 0 ? OTHER_KEY : TEST_KEY }),
  };
}

async function sendAll({ send }: ReturnType<typeof open>, count: number) {
  const calls = Array.from({ length: count }, (_, number) => send(number));
  await Promise.all(calls.map((call) => call?.handled));
  const codes = calls.map((call) =>
    call?.answer.status === 200 ? "ok" : (call?.answer.headers["x-sluice-code"] ?? ""),
  );
  return Object.fromEntries([...Map.groupBy(codes, String)].map(([code, list]) => [code, list.length]));
}

test("of 100 calls at once over two replicas with two keys of a user exactly 10 pass a rate of 10", async () => {
  const scene = open((userId) => ({ rates: [rpm(userId, 10)] }));
  expect(await sendAll(scene, 100)).toEqual({ ok: 10, rpm_exceeded: 90 });
  expect(await sendAll(scene, 100)).toEqual({ rpm_exceeded: 100 });
});

test("of 60 calls at once over two replicas exactly 7 run, and their ends make room for 7 more", async () => {
  const scene = open(() => ({ maxConcurrent: { user: 7, key: null } }), 300);
  expect(await sendAll(scene, 60)).toEqual({ ok: 7, user_concurrency_exceeded: 53 });
  expect(await sendAll(scene, 7)).toEqual({ ok: 7 });
});

test("a request under rates and limits makes one round trip before it is sent, one under none makes none", async () => {
  const scene = open((userId) => ({ rates: [rpm(userId, 1_000)], maxConcurrent: { user: 50, key: 50 } }));
  await sendAll(scene, 2); // brings the user into the counters
  scene.state.asked = 0;
  expect(await sendAll(scene, 40)).toEqual({ ok: 40 });
  expect(scene.state.asked).toBe(40);
  const free = open(() => ({}));
  expect(await sendAll(free, 10)).toEqual({ ok: 10 });
  expect(free.state.asked).toBe(0);
});

test("with clocks an hour early and an hour late the replicas decide alike, and tell the wait by the clock of the store", async () => {
  const hour = 3_600_000;
  const scene = open((userId) => ({ rates: [rpm(userId, 10)] }), 20, hour);
  expect(await sendAll(scene, 40)).toEqual({ ok: 10, rpm_exceeded: 30 });
  const refused = [0, 1].map((replica) => scene.send(replica));
  await Promise.all(refused.map((call) => call?.handled));
  const waits = refused.map((call) => Number(call?.answer.headers["retry-after-ms"]));
  for (const wait of waits) {
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(60_000);
  }
  const [first = 0, second = 0] = waits;
  expect(Math.abs(first - second)).toBeLessThan(5_000);
});
