import { fakeClock } from "@test/fake-clock";
import { deafClient } from "@test/setup/deaf-client";
import { startRedis } from "@test/setup/start-redis";
import type { Redis } from "ioredis";
import { test } from "vitest";
import { checkSlotsModel } from "@/core/channels/channel-slots-model.contract";
import { redisChannelSlots } from "./channel-slots";
import { createRedisConnection } from "./client";
import { redisKeys } from "./redis-keys";

const SEED = Date.now() % 1_000_000_000;
const TIME_MS = 60_000;

test(`in any order of events two replicas on Redis do what the model does (seed ${SEED})`, {
  timeout: 3 * TIME_MS,
}, async () => {
  const server = await startRedis();
  const connection = createRedisConnection([server.url], 30_000);
  await connection.check();
  const client = deafClient(connection.client as Redis);
  let database = 0;
  const open = async () => {
    const keys = redisKeys(`db${++database}`);
    const clock = fakeClock();
    const replicas = ["r1", "r2"].map((replica) => redisChannelSlots({ client, keys, clock, replica, onError() {} }));
    const settle = async () => {
      for (const slots of replicas) await slots.idle();
      // What the other replica did is told by the beats: which waiters have slots by now.
      for (const slots of replicas) await slots.beat();
      await new Promise(setImmediate);
    };
    return {
      ...{ replicas, settle },
      async advance(ms: number) {
        clock.advance(ms);
        await settle();
      },
      loseLease: async (token: string) => {
        const { lease } = keys.slots(7);
        if ((await client.zscore(lease, token)) === null) return;
        await client.zadd(lease, 1, token);
        await replicas[0]?.stats([7]);
      },
      async close() {
        for (const slots of replicas) await slots.close();
      },
    };
  };
  await checkSlotsModel(open, { numRuns: 100_000, seed: SEED, interruptAfterTimeLimit: TIME_MS });
  await connection.close();
  server.stop();
});
