import type { ChannelAffinity } from "@/core/channels/channel-affinity";
import { lastingHomes } from "@/core/channels/lasting-homes";
import type { JobDeps } from "@/jobs/job";
import type { Clock } from "@/lib/clock";
import type { Log } from "@/observability/logger";
import { memoryChannelAffinity } from "@/stores/memory/channel-affinity";
import type { Database } from "@/stores/postgres/client";
import { responseHomeStore } from "@/stores/postgres/response-home-store";
import { redisChannelAffinity } from "@/stores/redis/channel-affinity";
import type { CounterPlace } from "@/stores/redis/redis-keys";
import type { Cleanup } from "./cleanup";

/** What affinities are made of. */
export type HomesAsk = {
  readonly database: Database;
  /** Null: there is no Redis. */
  readonly redis: CounterPlace | null;
  readonly clock: Clock;
  readonly log: Log;
  readonly cleanup: Cleanup;
};

/** Which channels conversations prefer, and where stored responses are. */
export type HomesWiring = { readonly affinity: ChannelAffinity; readonly forgetHomes: JobDeps["forgetHomes"] };

const FLUSH_MS = 5_000;

/** What replicas know together of conversations, where there is a Redis; the homes of stored responses last in the database. */
export function wireHomes({ database, redis, clock, log, cleanup }: HomesAsk): HomesWiring {
  const store = responseHomeStore(database);
  const affinity = lastingHomes({
    ...{ store, clock },
    affinity: redis === null ? memoryChannelAffinity(clock) : redisChannelAffinity({ ...redis, clock }),
    onFault: (error, waiting) => log.warn({ error, waiting }, "homes of stored responses could not be written"),
  });
  cleanup.add(async () => {
    const left = await affinity.flush(FLUSH_MS);
    if (left > 0) log.error({ left }, "homes of stored responses are not in the database");
  });
  return { affinity, forgetHomes: store.forget };
}
