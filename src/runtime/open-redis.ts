import type { RedisConnection } from "@/stores/redis/client";
import type { Cleanup } from "./cleanup";
import { startFault } from "./start-fault";

/** How Redis is opened. */
export type RedisAsk = { readonly urls: readonly string[]; readonly cleanup: Cleanup; say(line: string): void };

/**
 * Opens and judges the Redis of `REDIS_URL`, several URLs being nodes of a cluster; null without one. Throws a StartFault for a wrong password, version or eviction policy; one
 * that does not answer leaves the replica degraded until it does.
 */
export async function openRedis({ urls, cleanup, say }: RedisAsk): Promise<RedisConnection | null> {
  if (urls.length === 0) return null;
  const { createRedisConnection } = await import("@/stores/redis/client");
  const redis = createRedisConnection(urls);
  cleanup.add(() => redis.close());
  const verdict = await redis.check();
  if (verdict.kind === "wrong") throw startFault(verdict.line);
  if (verdict.kind === "down") say("Warning: REDIS_URL does not answer; starting without it (redis_down)");
  return redis;
}
