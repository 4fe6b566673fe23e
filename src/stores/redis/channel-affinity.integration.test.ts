import { startRedis, type TestRedis } from "@test/setup/start-redis";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { channelAffinityContract } from "@/core/channels/channel-affinity.contract";
import { systemClock } from "@/lib/clock";
import { redisChannelAffinity } from "./channel-affinity";
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

function open() {
  const { client } = held;
  if (client === undefined) throw new Error("Redis did not start");
  const keys = redisKeys(`scene-${++scenes}`);
  return { client, keys, affinity: redisChannelAffinity({ client, keys, clock: systemClock }) };
}

channelAffinityContract("Redis", async () => ({
  affinity: open().affinity,
  settle: (isDone) => vi.waitFor(async () => expect(await isDone()).toBe(true)),
}));

test("a preference lives an hour and a home 30 days", async () => {
  const { client, keys, affinity } = open();
  affinity.prefer("one", [1]);
  affinity.keepHome("resp_1", { channelId: 1, userId: 7, model: "gpt-4o" });
  await vi.waitFor(async () => expect(await affinity.homeOf("resp_1")).not.toBeNull());
  const [response = ""] = await client.keys(keys.response("*"));
  const [hour, month] = [await client.pttl(keys.conversation("one")), await client.pttl(response)];
  expect(hour).toBeGreaterThan(3_500_000);
  expect(hour).toBeLessThanOrEqual(3_600_000);
  expect(month).toBeGreaterThan(29 * 86_400_000);
  expect(month).toBeLessThanOrEqual(30 * 86_400_000);
});

test("a Redis that does not answer has nothing and takes nothing", async () => {
  const { keys } = open();
  const client = new Redis({ port: 1, lazyConnect: true, enableOfflineQueue: false, maxRetriesPerRequest: 0 });
  client.on("error", () => {});
  const affinity = redisChannelAffinity({ client, keys, clock: systemClock });
  affinity.prefer("one", [1]);
  expect(await affinity.preferred("one")).toEqual([]);
  expect(await affinity.homeOf("resp_1")).toBeNull();
  client.disconnect();
});
