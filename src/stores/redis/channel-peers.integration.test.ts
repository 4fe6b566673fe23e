import { startRedis, type TestRedis } from "@test/setup/start-redis";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, vi } from "vitest";
import { channelPeersContract } from "@/core/channels/channel-peers.contract";
import { systemClock } from "@/lib/clock";
import { redisChannelPeers } from "./channel-peers";
import { redisKeys } from "./redis-keys";

const held: { redis?: TestRedis; client?: Redis } = {};
let scenes = 0;

beforeAll(async () => {
  held.redis = await startRedis();
  held.client = new Redis(held.redis.url);
});

afterAll(() => {
  held.client?.disconnect();
  held.redis?.stop();
});

channelPeersContract("Redis", async () => {
  const keys = redisKeys(`scene-${++scenes}`);
  const { client } = held;
  if (client === undefined) throw new Error("Redis did not start");
  return {
    join: () =>
      redisChannelPeers({
        ...{ client, keys, clock: systemClock },
        onError: (error) => {
          throw error;
        },
      }),
    settle: (isDone) => vi.waitFor(() => expect(isDone()).toBe(true), { timeout: 10_000, interval: 20 }),
  };
});
