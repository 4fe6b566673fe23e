import { startRedis, type TestRedis } from "@test/setup/start-redis";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { LimitedChannel } from "@/core/channels/channel-slots";
import { createChannelTally } from "@/core/channels/channel-tally";
import { NO_LIMITER } from "@/core/channels/limiter";
import { createLiveBoard, type LiveBoardDeps } from "@/core/channels/live-board";
import { systemClock } from "@/lib/clock";
import { redisChannelSlots } from "./channel-slots";
import { createRedisConnection } from "./client";
import { redisLivePeers } from "./live-peers";
import { redisKeys } from "./redis-keys";

/* Two replicas on one Redis: what the board of either shows is the sum of both (channels-and-rates.md V2, L12). */

const QUEUE = { mode: "queue", capacity: 2, queueSize: 3, queueTimeoutMs: 60_000, maxWaitingPerKey: null } as const;
const LIMITED: readonly LimitedChannel[] = [
  { id: 1, isOpen: true, limiter: QUEUE },
  { id: 2, isOpen: true, limiter: NO_LIMITER },
];

const held: { redis?: TestRedis; scene: number; close: (() => Promise<void>)[] } = { scene: 0, close: [] };

beforeAll(async () => {
  held.redis = await startRedis();
});

afterEach(async () => {
  for (const close of held.close.splice(0)) await close().catch(() => {});
});

afterAll(() => held.redis?.stop());

const health: LiveBoardDeps["health"] = {
  standing: () => ({ kind: "eligible" }),
  facts: () => ({ isAuthFailed: false, trippedUntil: 0, isProbing: false, recent: { attempts: 0, failures: 0 } }),
};

async function join(replica: string) {
  const { client, check, close } = createRedisConnection([held.redis?.url ?? ""]);
  await check();
  const place = { client, keys: redisKeys(`board-${held.scene}`), replica };
  const slots = redisChannelSlots({ ...place, clock: systemClock, onError: () => {} });
  const peers = redisLivePeers(place);
  const tally = createChannelTally(systemClock);
  slots.configure(LIMITED, 1);
  const config = { current: () => ({ limited: LIMITED, channels: [] }) };
  const board = createLiveBoard({ slots, tally, health, peers, config, clock: systemClock, isReporting: true });
  held.close.push(async () => {
    await slots.close();
    await close();
  });
  return { slots, tally, peers, board };
}

const ask = (channelId: number) => ({ channelId, keyId: 1, deadlineMs: 60_000 });

test("slots, waiters, refusals and uncounted slots of both replicas stand in one row", async () => {
  held.scene++;
  const a = await join("a");
  const b = await join("b");
  await a.slots.acquire(ask(1));
  await b.slots.acquire(ask(1));
  const waits = [a.slots.acquire(ask(1)), b.slots.acquire(ask(1)), b.slots.acquire(ask(1))];
  expect(await a.slots.acquire(ask(1))).toMatchObject({ kind: "full", reason: "queue" });
  await a.slots.acquire(ask(2));
  await b.slots.acquire(ask(2));
  await b.slots.acquire(ask(2));
  a.tally.refused(1, "full");
  b.tally.refused(1, "timeout");
  for (const { tally } of [a, b, b]) tally.sent(1);
  for (const { slots } of [a, b]) await slots.beat();
  for (const { board } of [a, b]) await board.report();
  for (const { board } of [a, b]) {
    const reading = await board.read();
    expect(reading).toMatchObject({ stale: false, source: "shared" });
    expect(reading.rows).toMatchObject([
      { mode: "queue", inFlight: 2, capacity: 2, waiting: 3, queueSize: 3, state: "full", replicas: 2 },
      { mode: "off", inFlight: 3, capacity: null, waiting: 0, queueSize: null, state: "busy", replicas: 2 },
    ]);
    expect(reading.rows[0]).toMatchObject({ denied5m: { full: 1, timeout: 1 } });
    expect(reading.rows[0]?.spark.at(-1)).toBe(3);
  }
  await b.peers.close();
  expect((await a.board.read()).rows[0]).toMatchObject({ replicas: 1, denied5m: { full: 1, timeout: 0 } });
  for (const { slots } of [a, b]) await slots.close();
  await Promise.all(waits);
});

test("a report that was read is not sent again, and one that changed is", async () => {
  held.scene++;
  const a = await join("a");
  const b = await join("b");
  b.tally.sent(1);
  await b.board.report();
  const first = await a.peers.others();
  const again = await a.peers.others();
  expect(again[0]?.channels).toBe(first[0]?.channels);
  b.tally.sent(1);
  await b.board.report();
  const [changed] = await a.peers.others();
  expect(changed?.channels.get(1)?.minutes[0]).toMatchObject({ sent: 2 });
});

test("while Redis is stopped the last rows stay and are stale, never zeros; afterwards the rows are new ones", async () => {
  held.scene++;
  const a = await join("a");
  await a.slots.acquire(ask(1));
  a.tally.sent(1);
  await a.board.report();
  held.redis?.pause();
  const down = await a.board.read();
  held.redis?.resume();
  expect(down).toMatchObject({ stale: true, source: "shared" });
  expect(down.rows[0]).toMatchObject({ inFlight: 1, capacity: 2, queueSize: 3, replicas: 1 });
  expect(down.rows[0]?.spark.at(-1)).toBe(1);
  await expect.poll(async () => (await a.board.read()).stale, { timeout: 10_000 }).toBe(false);
});
