import { startRedis, type TestRedis } from "@test/setup/start-redis";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { channelRatesContract } from "@/core/channels/channel-rates.contract";
import { systemClock } from "@/lib/clock";
import { redisChannelRates } from "./channel-rates";
import { redisKeys } from "./redis-keys";

/** Of a scene: what a minute is elsewhere; Redis has a clock of its own. */
const PERIOD_MS = 3_000;
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
  const replica = () =>
    redisChannelRates({
      ...{ client, keys, clock: systemClock, periodMs: PERIOD_MS },
      onError: (error) => {
        throw error;
      },
    });
  return { client, keys, replica };
}

channelRatesContract("Redis", {
  periodMs: PERIOD_MS,
  async openScene() {
    const { replica } = open();
    return {
      replicas: [replica(), replica()],
      pass: (share) => new Promise((resolve) => setTimeout(resolve, share * PERIOD_MS)),
      settle: (isDone) => vi.waitFor(async () => expect(await isDone()).toBe(true)),
    };
  },
});

test("a channel's windows share its hash tag and end by themselves; a flush of the scripts costs nothing", async () => {
  const { client, keys, replica } = open();
  const rates = replica();
  const ask = { channelId: 7, rpm: 5, tpm: 100, tokens: 10 };
  await rates.take(ask);
  await client.script("FLUSH");
  const reply = await rates.take(ask);
  expect(reply.kind).toBe("taken");
  await client.script("FLUSH");
  if (reply.kind === "taken") reply.unit.settle(30);
  await vi.waitFor(async () => expect(await client.get(keys.rates(7).tpm)).toMatch(/:[34]0$/));
  for (const key of Object.values(keys.rates(7))) {
    expect(key).toContain("{c:7}");
    const ttl = await client.pttl(key);
    expect(ttl).toBeGreaterThan(PERIOD_MS / 2);
    expect(ttl).toBeLessThanOrEqual(2 * PERIOD_MS);
  }
});
