import { startRedis } from "@test/setup/start-redis";
import { describeQuotaStore } from "@/core/quota/quota-store.contract";
import { createRedisConnection } from "./client";
import { redisQuotaStore } from "./quota-store";

describeQuotaStore("the Redis store", async () => {
  const server = await startRedis();
  const connection = createRedisConnection(server.url);
  await connection.check();
  const { client } = connection;
  const now = async () => {
    const [seconds, micros] = await client.time();
    return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
  };
  return {
    store: redisQuotaStore({ client, replica: "r1" }),
    now,
    async pass(ms) {
      const until = (await now()) + ms;
      while ((await now()) < until) await new Promise(setImmediate);
    },
    async close() {
      await connection.close();
      server.stop();
    },
  };
});
