import { buildChannel, buildGatewayDeps } from "@test/build-deps";
import { type FakeClock, fakeClock } from "@test/fake-clock";
import { startRedis, type TestRedis } from "@test/setup/start-redis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createChannelHealth } from "@/core/channels/channel-health";
import { askOf, outcomeOf, queueOf, slotOf } from "@/core/channels/channel-slots.contract";
import { createLogger } from "@/observability/logger";
import { memoryChannelPeers } from "@/stores/memory/channel-peers";
import { createRedisConnection, type RedisConnection } from "@/stores/redis/client";
import { redisKeys } from "@/stores/redis/redis-keys";
import { createCleanup } from "./cleanup";
import { type SlotsWiring, wireSlots } from "./wire-slots";

const ID = 7;
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

let server: TestRedis;
const connections: RedisConnection[] = [];
beforeAll(async () => {
  server = await startRedis();
});
afterAll(async () => {
  for (const connection of connections) await connection.close();
  server.stop();
});

type Replica = SlotsWiring & {
  readonly clock: FakeClock;
  readonly connection: RedisConnection;
  /** Lets so much time pass, a second at a time, and what fell due be done. */
  pass(ms: number): Promise<void>;
  stop(): Promise<void>;
};

/** One of two replicas at (4, 4, 60 s). */
async function replicaOf(name: string): Promise<Replica> {
  const clock = fakeClock();
  const connection = createRedisConnection([server.url]);
  connections.push(connection);
  await connection.check();
  const limiter = queueOf(4, 4, 60_000);
  const { config } = buildGatewayDeps({
    channels: [buildChannel({ id: ID, baseUrl: "http://127.0.0.1:1", limiter })],
  }).deps;
  const cleanup = createCleanup(() => {});
  const wiring = wireSlots({
    ...{ clock, cleanup, replica: name, gateways: () => 2, isReporting: true, log: createLogger({}, { write() {} }) },
    config: { config, follow: (listen) => listen(config.current()) },
    health: createChannelHealth({ clock, peers: memoryChannelPeers(clock).join() }),
    redis: { client: connection.client, keys: redisKeys("db1") },
  });
  return {
    ...{ ...wiring, clock, connection },
    async pass(ms) {
      for (let passed = 0; passed < ms; passed += 1_000) {
        clock.advance(1_000);
        await settled();
      }
    },
    stop: () => cleanup.run(),
  };
}

/** What was asked of a server, or could not be, has been answered. */
async function settled(): Promise<void> {
  for (let turns = 0; turns < 20; turns++) await turn();
}

const ask = ({ slots }: Replica) => askOf(slots, { channelId: ID });
const own = ({ readOwn }: Replica) => readOwn().map(({ inFlight, waiting }) => [inFlight, waiting])[0];
/** Slots and waiters as the store knows them. */
const counted = async ({ slots }: Replica) =>
  (await slots.stats([ID])).flatMap(({ inFlight, waiting }) => [inFlight, waiting]);

test("a Redis that goes away and comes back empty: each replica goes by its share, and registers what runs before it admits again", async () => {
  const [a, b] = [await replicaOf("a"), await replicaOf("b")];
  const running = [ask(a), ask(b), ask(a), ask(b)];
  await expect.poll(() => running.map(outcomeOf)).toEqual(Array(4).fill("granted"));
  const waiting = ask(a);
  await expect.poll(() => counted(a)).toEqual([4, 1]);

  const port = new URL(server.url).port;
  server.stop();
  await expect.poll(() => [a, b].map(({ connection }) => connection.isUp())).toEqual([false, false]);
  const newcomers = [ask(a), ask(a), ask(a)];
  await settled();
  // Its half of the queue has two places, of which the older waiter has not taken one yet.
  expect(newcomers.map(outcomeOf)).toEqual(["waits", "waits", "full(queue)"]);
  await a.pass(1_000);
  expect(a.silentMs()).toBe(1_000);
  expect(await a.readLive()).toMatchObject({ stale: true });
  slotOf(running[0] ?? { reply: null }).release();
  await settled();
  expect(newcomers[0]?.reply).toMatchObject({ kind: "granted", isAlone: true, waitedMs: 1_000 });
  await a.pass(1_000);
  // The store is away for two beats: the older waiter goes by this replica's share, too, where its place is free by now.
  expect(own(a)).toEqual([2, 2]);
  expect(outcomeOf(waiting)).toBe("waits");

  server = await startRedis("--port", port);
  await expect.poll(() => [a, b].map(({ connection }) => connection.isUp())).toEqual([true, true]);
  const first = ask(b);
  await expect.poll(() => outcomeOf(first)).toBe("granted");
  expect(await counted(b)).toEqual([3, 0]);
  await a.pass(1_000);
  await expect.poll(() => counted(b)).toEqual([5, 0]);
  const next = ask(a);
  await expect.poll(() => counted(b)).toEqual([5, 1]);
  expect(own(a)).toEqual([2, 3]);
  await expect.poll(() => a.pass(1_000).then(a.silentMs)).toBe(0);
  expect((await a.readLive()).rows).toMatchObject([{ channelId: ID, inFlight: 5, waiting: 1 }]);

  for (const asked of [running[1], running[2], running[3], newcomers[0], first])
    slotOf(asked ?? { reply: null }).release();
  for (const asked of [waiting, newcomers[1], next]) {
    await expect.poll(() => a.pass(1_000).then(() => outcomeOf(asked ?? { reply: null }))).toBe("granted");
    slotOf(asked ?? { reply: null }).release();
  }
  await expect.poll(() => counted(b)).toEqual([0, 0]);
  expect([own(a), own(b)]).toEqual([
    [0, 0],
    [0, 0],
  ]);
  await a.stop();
  await b.stop();
});
