import { type FakeClock, fakeClock } from "@test/fake-clock";
import { deafClient } from "@test/setup/deaf-client";
import { startRedis, type TestRedis } from "@test/setup/start-redis";
import { startRedisCluster } from "@test/setup/start-redis-cluster";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { LimitedChannel } from "@/core/channels/channel-slots";
import {
  type Asked,
  askOf,
  describeChannelSlots,
  outcomeOf,
  queueOf,
  slotOf,
} from "@/core/channels/channel-slots.contract";
import { NO_LIMITER } from "@/core/channels/limiter";
import { type RedisChannelSlots, redisChannelSlots, type SlotPeriods } from "./channel-slots";
import { createRedisConnection, type RedisConnection } from "./client";
import { redisKeys } from "./redis-keys";

const keys = redisKeys("db1");
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

async function connect(...urls: readonly string[]): Promise<RedisConnection> {
  const connection = createRedisConnection(urls);
  await connection.check();
  return connection;
}

async function onServers({ urls, stop }: { readonly urls: readonly string[]; stop(): void }) {
  const connection = await connect(...urls);
  const { client } = connection;
  const clock = fakeClock();
  const slots = redisChannelSlots({ client, keys, clock, replica: "r1", onError: () => {} });
  const settle = async () => {
    await slots.idle();
    await turn();
  };
  return {
    ...{ slots, settle },
    async advance(ms: number) {
      clock.advance(ms);
      await settle();
    },
    async close() {
      await slots.close();
      await connection.close();
      stop();
    },
  };
}

describeChannelSlots("the Redis store", async () => {
  const { url, stop } = await startRedis();
  return onServers({ urls: [url], stop });
});

describeChannelSlots("the Redis store on a cluster of three masters", async () => onServers(await startRedisCluster()));

const SHORT: SlotPeriods = { ttlMs: 600, beatMs: 150, waitingBeatMs: 100 };
const ID = 7;

let server: TestRedis;
let connection: RedisConnection;
let admin: Redis;
beforeAll(async () => {
  server = await startRedis();
  connection = await connect(server.url);
  admin = new Redis(server.url);
});
afterAll(async () => {
  admin.disconnect();
  await connection.close();
  server.stop();
});

type Replica = { readonly slots: RedisChannelSlots; readonly clock: FakeClock };

const opened: RedisChannelSlots[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((slots) => slots.close()));
  await admin.flushall();
});

let nextReplica = 1;
/** A replica whose timers stand still unless told: what it hears comes over wake messages. */
function replicaOf(
  limiter: LimitedChannel["limiter"],
  extra: { isDeaf?: boolean; periods?: SlotPeriods } = {},
): Replica {
  const clock = fakeClock();
  const client = extra.isDeaf === true ? deafClient(connection.client as Redis) : connection.client;
  const periods = extra.periods === undefined ? {} : { periods: extra.periods };
  const slots = redisChannelSlots({
    ...{ client, keys, clock, replica: `r${nextReplica++}`, ...periods, onError: () => {} },
  });
  slots.configure([{ id: ID, isOpen: true, limiter }], 1);
  opened.push(slots);
  return { slots, clock };
}

async function idle(...replicas: readonly Replica[]): Promise<void> {
  for (const { slots } of replicas) await slots.idle();
  await turn();
}

async function ask({ slots, clock }: Replica, keyId = 1): Promise<Asked> {
  const asked = askOf(slots, { channelId: ID, keyId });
  await idle({ slots, clock });
  return asked;
}

async function counts({ slots }: Replica) {
  const [row] = await slots.stats([ID]);
  return [row?.inFlight, row?.waiting];
}

/** Hears its wake messages from now on. */
async function listening(...replicas: readonly Replica[]): Promise<void> {
  await expect
    .poll(async () => (await admin.pubsub("CHANNELS", `${keys.wakes}*`)) as string[])
    .toHaveLength(replicas.length);
}

test("of eight requests of two replicas at (2, 3, 1500), four are served, one waits in vain and three are refused", async () => {
  const [a, b] = [replicaOf(queueOf(2, 3, 1_500)), replicaOf(queueOf(2, 3, 1_500))];
  await listening(a, b);
  const all: Asked[] = [];
  for (const replica of [a, b, a, b, a, b, a, b]) all.push(await ask(replica));
  expect(all.map(outcomeOf).sort()).toEqual([
    ...["full(queue)", "full(queue)", "full(queue)", "granted", "granted", "waits", "waits", "waits"],
  ]);
  expect(await counts(b)).toEqual([2, 3]);
  for (const asked of all.slice(0, 2)) slotOf(asked).release();
  await expect.poll(() => all.slice(2, 5).map(outcomeOf)).toEqual(["granted", "granted", "waits"]);
  expect(await counts(a)).toEqual([2, 1]);
  for (const { clock } of [a, b]) clock.advance(1_500);
  await idle(a, b);
  expect(outcomeOf(all[4] as Asked)).toBe("timeout");
  for (const asked of all.slice(2, 4)) slotOf(asked).release();
  await idle(a, b);
  expect(await counts(a)).toEqual([0, 0]);
});

test("twenty waiters of two replicas start in the order of arrival, before 200 newcomers", async () => {
  const [a, b] = [replicaOf(queueOf(1, 20, 10_000)), replicaOf(queueOf(1, 20, 10_000))];
  await listening(a, b);
  let holder = await ask(a);
  const waiting: Asked[] = [];
  for (let at = 0; at < 20; at++) waiting.push(await ask(at % 3 === 0 ? a : b));
  for (const [at, next] of waiting.entries()) {
    slotOf(holder).release();
    const newcomers = Array.from({ length: 10 }, (_, n) => askOf((n % 2 === 0 ? a : b).slots, { channelId: ID }));
    await expect.poll(() => outcomeOf(next)).toBe("granted");
    await idle(a, b);
    expect(newcomers.filter((asked) => outcomeOf(asked) === "granted")).toEqual([]);
    expect(waiting.slice(at + 1).filter((asked) => outcomeOf(asked) === "granted")).toEqual([]);
    holder = next;
  }
});

test("with the wake messages lost, the beat of the next second tells a waiter of its slot", async () => {
  const [a, b] = [
    replicaOf(queueOf(1, 5, 60_000), { isDeaf: true }),
    replicaOf(queueOf(1, 5, 60_000), { isDeaf: true }),
  ];
  const held = await ask(a);
  const waiting = await ask(b);
  slotOf(held).release();
  await idle(a, b);
  expect(outcomeOf(waiting)).toBe("waits");
  b.clock.advance(999);
  await idle(b);
  expect(outcomeOf(waiting)).toBe("waits");
  b.clock.advance(1);
  await idle(b);
  expect(outcomeOf(waiting)).toBe("granted");
});

test("a wake message that comes after its waiter has left gives nobody a slot", async () => {
  const [a, b] = [
    replicaOf(queueOf(1, 5, 60_000), { isDeaf: true }),
    replicaOf(queueOf(1, 5, 60_000), { isDeaf: true }),
  ];
  const client = new AbortController();
  const held = await ask(a);
  const waiting = askOf(b.slots, { channelId: ID, signal: client.signal });
  await idle(b);
  const behind = await ask(a);
  slotOf(held).release();
  await idle(a);
  client.abort();
  await idle(b);
  await a.slots.beat();
  expect([waiting, behind].map(outcomeOf)).toEqual(["cancelled", "granted"]);
  expect(await counts(a)).toEqual([1, 0]);
});

test("a timeout that meets a grant takes the slot", async () => {
  const [a, b] = [replicaOf(queueOf(1, 5, 1_500), { isDeaf: true }), replicaOf(queueOf(1, 5, 500), { isDeaf: true })];
  const held = await ask(a);
  const waiting = await ask(b);
  slotOf(held).release();
  await idle(a);
  b.clock.advance(500);
  await idle(b);
  expect(outcomeOf(waiting)).toBe("granted");
  expect(await counts(a)).toEqual([1, 0]);
});

test("what a dead replica had is free when its leases expire, and a replica that starts changes nothing", async () => {
  const dead = replicaOf(queueOf(2, 5, 60_000), { periods: SHORT });
  const alive = replicaOf(queueOf(2, 5, 60_000), { periods: SHORT });
  await ask(dead);
  await ask(dead);
  const ticketOfDead = await ask(dead);
  const waiting = await ask(alive);
  const started = replicaOf(queueOf(2, 5, 60_000), { periods: SHORT });
  expect(await counts(started)).toEqual([2, 2]);
  // The dead one's clock stands still: it beats no more.
  await expect
    .poll(async () => {
      alive.clock.advance(SHORT.waitingBeatMs);
      await idle(alive);
      return outcomeOf(waiting);
    })
    .toBe("granted");
  expect(outcomeOf(ticketOfDead)).toBe("waits");
  expect(await counts(alive)).toEqual([1, 0]);
});

test("a replica that beats keeps its slots and its place in the queue beyond their expiry", async () => {
  const steady = replicaOf(queueOf(1, 5, 600_000), { periods: SHORT });
  const held = await ask(steady);
  const waiting = await ask(steady);
  // Its clock keeps step with that of the store.
  for (let passed = 0, since = performance.now(); passed < 2 * SHORT.ttlMs; ) {
    const stepMs = performance.now() - since - passed;
    passed += stepMs;
    steady.clock.advance(stepMs);
    await idle(steady);
  }
  expect([await counts(steady), outcomeOf(waiting)]).toEqual([[1, 1], "waits"]);
  expect(steady.slots.own()).toMatchObject([{ inFlight: 1, waiting: 1, leasesLost: 0 }]);
  slotOf(held).release();
  await idle(steady);
  expect(outcomeOf(waiting)).toBe("granted");
});

test("a lease that was lost while its owner stalled is noted again by its next beat, and counted", async () => {
  const [stalled, other] = [replicaOf(queueOf(1, 5, 60_000)), replicaOf(queueOf(1, 5, 60_000))];
  const held = await ask(stalled);
  await admin.zadd(keys.slots(ID).lease, 1, slotOf(held).token);
  expect(outcomeOf(await ask(other))).toBe("granted");
  await stalled.slots.beat();
  expect(await counts(other)).toEqual([2, 0]);
  expect(stalled.slots.own()).toMatchObject([{ inFlight: 1, leasesLost: 1 }]);
});

test("after a flush a replica notes its slots before it admits again", async () => {
  const [a, b] = [replicaOf(queueOf(2, 5, 60_000)), replicaOf(queueOf(2, 5, 60_000))];
  await ask(a);
  await ask(a);
  const waiting = await ask(a);
  await admin.flushall();
  const newcomer = await ask(a);
  expect([waiting, newcomer].map(outcomeOf)).toEqual(["waits", "waits"]);
  expect(await counts(b)).toEqual([2, 2]);
});

test("after a flush the slots of all replicas count again with their next beats, and the queue keeps its order", async () => {
  const [a, b] = [replicaOf(queueOf(2, 5, 60_000)), replicaOf(queueOf(2, 5, 60_000))];
  await listening(a, b);
  const running = [await ask(a), await ask(b)];
  const waiting = [await ask(b), await ask(a)];
  await admin.flushall();
  a.clock.advance(10_000);
  await idle(a);
  b.clock.advance(10_000);
  await idle(b);
  await a.slots.beat();
  // The store knew of one slot when the first beat came, so the first waiter it heard of has started.
  expect(outcomeOf(waiting[1] as Asked)).toBe("granted");
  expect(await counts(a)).toEqual([3, 1]);
  for (const asked of running) slotOf(asked).release();
  await expect.poll(() => outcomeOf(waiting[0] as Asked)).toBe("granted");
});

test("scripts that the server has forgotten are given to it again", async () => {
  const a = replicaOf(queueOf(2, 100, 60_000));
  for (let round = 0; round < 10; round++) {
    await admin.script("FLUSH");
    const all = Array.from({ length: 10 }, () => askOf(a.slots, { channelId: ID }));
    await idle(a);
    expect(all.map(outcomeOf)).toEqual(["granted", "granted", ...Array(8).fill("waits")]);
    for (const asked of all) {
      await expect.poll(() => outcomeOf(asked)).toBe("granted");
      slotOf(asked).release();
      await idle(a);
    }
    expect(await counts(a)).toEqual([0, 0]);
  }
});

test("a replica that is behind cannot bring an old capacity back", async () => {
  const [a, b] = [replicaOf(queueOf(4, 5, 60_000)), replicaOf(queueOf(4, 5, 60_000))];
  await ask(a);
  a.slots.configure([{ id: ID, isOpen: true, limiter: queueOf(1, 5, 60_000) }], 2);
  await idle(a);
  expect([outcomeOf(await ask(b)), outcomeOf(await ask(a))]).toEqual(["waits", "waits"]);
  expect((await b.slots.stats([ID]))[0]).toMatchObject({ capacity: 1, inFlight: 1, waiting: 2 });
});

test("waiters of other replicas are told of a new capacity, of another mode, and that the channel is gone", async () => {
  const [a, b] = [replicaOf(queueOf(1, 9, 60_000)), replicaOf(queueOf(1, 9, 60_000))];
  await listening(a, b);
  const held = await ask(a);
  const waiting: Asked[] = [];
  for (let at = 0; at < 4; at++) waiting.push(await ask(b));
  a.slots.configure([{ id: ID, isOpen: true, limiter: queueOf(2, 9, 60_000) }], 2);
  await expect.poll(() => waiting.map(outcomeOf)).toEqual(["granted", "waits", "waits", "waits"]);
  a.slots.configure([{ id: ID, isOpen: false, limiter: queueOf(2, 9, 60_000) }], 3);
  await expect.poll(() => waiting.map(outcomeOf)).toEqual(["granted", "gone", "gone", "gone"]);
  a.slots.configure([{ id: ID, isOpen: true, limiter: queueOf(2, 9, 60_000) }], 4);
  await idle(a);
  const later = await ask(a);
  a.slots.configure([{ id: ID, isOpen: true, limiter: NO_LIMITER }], 5);
  await idle(a);
  expect([outcomeOf(later), outcomeOf(held)]).toEqual(["granted", "granted"]);
});

test("slots of all replicas that ran without a limiter are counted by the one that is set", async () => {
  const [a, b] = [replicaOf(NO_LIMITER), replicaOf(NO_LIMITER)];
  const running = [await ask(a), await ask(a), await ask(a), await ask(b), await ask(b)];
  expect(await admin.keys("*")).toEqual([]);
  await Promise.all([a.slots.beat(), b.slots.beat()]);
  expect([await counts(a), await counts(b)]).toEqual([
    [5, 0],
    [5, 0],
  ]);
  for (const { slots } of [a, b]) slots.configure([{ id: ID, isOpen: true, limiter: queueOf(2, 1, 60_000) }], 2);
  await idle(a, b);
  const waiting = await ask(a);
  for (const asked of running.slice(0, 3)) slotOf(asked).release();
  await idle(a, b);
  expect([outcomeOf(waiting), await counts(b)]).toEqual(["waits", [2, 1]]);
  slotOf(running[3] as Asked).release();
  await idle(b);
  await a.slots.beat();
  expect([outcomeOf(waiting), await counts(b)]).toEqual(["granted", [2, 0]]);
});

test("a clean end frees slots and places at once", async () => {
  const [a, b] = [replicaOf(queueOf(1, 5, 60_000)), replicaOf(queueOf(1, 5, 60_000))];
  await listening(a, b);
  const held = await ask(a);
  const own = await ask(a);
  const waiting = await ask(b);
  await a.slots.close();
  await expect.poll(() => outcomeOf(waiting)).toBe("granted");
  slotOf(held).release();
  expect([outcomeOf(own), await counts(b)]).toEqual(["cancelled", [1, 0]]);
});

test("what the store said more than a second ago is no longer known at a glance", async () => {
  const [a, b] = [replicaOf(queueOf(2, 5, 60_000)), replicaOf(queueOf(2, 5, 60_000))];
  await ask(a);
  await ask(b);
  expect([a, b].map(({ slots }) => slots.glance(ID)?.inFlight)).toEqual([1, 2]);
  b.clock.advance(1_000);
  expect(b.slots.glance(ID)?.inFlight).toBe(2);
  b.clock.advance(1);
  expect(b.slots.glance(ID)).toBeNull();
});

test("every key carries the tag of its channel and a time to live", async () => {
  const a = replicaOf({ ...queueOf(1, 5, 60_000), maxWaitingPerKey: 2 });
  await ask(a);
  await ask(a);
  const found = await admin.keys("*");
  expect(found.length).toBeGreaterThanOrEqual(7);
  for (const key of found) {
    expect(key.startsWith(`sl:db1:{c:${ID}}:`)).toBe(true);
    expect(await admin.pttl(key)).toBeGreaterThan(0);
  }
});

test("a server that does not answer rejects, and what was asked of it is given up later", async () => {
  const a = replicaOf(queueOf(1, 5, 60_000));
  const held = await ask(a);
  await admin.client("PAUSE", 800);
  await expect(a.slots.acquire({ channelId: ID, keyId: 1, deadlineMs: 60_000 })).rejects.toThrow(/did not answer/);
  slotOf(held).release();
  await idle(a);
  await admin.client("UNPAUSE");
  await expect
    .poll(async () => {
      await a.slots.beat().catch(() => {});
      return counts(a).catch(() => []);
    })
    .toEqual([0, 0]);
});

test("a replica whose beats were not answered notes its slots before it asks for another: their leases may be lost", async () => {
  const [a, b] = [replicaOf(queueOf(1, 5, 60_000)), replicaOf(queueOf(1, 5, 60_000))];
  const held = await ask(a);
  await admin.client("PAUSE", 700);
  a.clock.advance(10_000);
  await idle(a);
  await admin.client("UNPAUSE");
  await admin.zrem(keys.slots(ID).lease, slotOf(held).token);
  expect(outcomeOf(await ask(a))).toBe("waits");
  expect(await counts(b)).toEqual([1, 1]);
});

test.each([
  ["after it", true],
  ["meanwhile", false],
])("a slot that a beat without an answer noted is given back when it ends %s", async (_, isAfter) => {
  const a = replicaOf(queueOf(1, 5, 60_000));
  await admin.client("PAUSE", 700);
  const slot = a.slots.adopt(ID);
  if (isAfter) await idle(a);
  slot.release();
  await idle(a);
  await admin.client("UNPAUSE");
  await connection.client.ping(); // What was sent before on this connection has taken effect.
  await a.slots.beat();
  expect(await counts(a)).toEqual([0, 0]);
});

test("those who wait are told when the store stays away, and count for nothing when it is back", async () => {
  const a = replicaOf(queueOf(1, 5, 60_000));
  await ask(a);
  const waiting = a.slots.acquire({ channelId: ID, keyId: 1, deadlineMs: 60_000 }) as Promise<unknown>;
  await idle(a);
  await admin.client("PAUSE", 2_000);
  const over = expect(waiting).rejects.toThrow(/did not answer/);
  for (const _ of [1, 2]) {
    a.clock.advance(1_000);
    await idle(a);
  }
  await over;
  await admin.client("UNPAUSE");
  await expect
    .poll(async () => {
      await a.slots.beat().catch(() => {});
      return counts(a).catch(() => []);
    })
    .toEqual([1, 0]);
});
