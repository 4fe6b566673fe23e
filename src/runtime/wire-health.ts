import { type ChannelHealth, createChannelHealth } from "@/core/channels/channel-health";
import type { Clock } from "@/lib/clock";
import type { Log } from "@/observability/logger";
import { memoryChannelPeers } from "@/stores/memory/channel-peers";
import { redisChannelPeers } from "@/stores/redis/channel-peers";
import type { CounterPlace } from "@/stores/redis/redis-keys";
import type { Cleanup } from "./cleanup";

/** What the health of channels is made of; `redis` null: one replica. */
export type HealthAsk = {
  readonly redis: CounterPlace | null;
  readonly clock: Clock;
  readonly log: Log;
  readonly cleanup: Cleanup;
};

const FAULT_LINE_MS = 10_000;

/** How channels stand in this process, told to the other replicas where there is a Redis. */
export function wireHealth({ redis, clock, log, cleanup }: HealthAsk): ChannelHealth {
  let quietUntil = 0;
  const onError = (error: unknown) => {
    if (clock.monotonic() < quietUntil) return;
    quietUntil = clock.monotonic() + FAULT_LINE_MS;
    log.warn({ error }, "the other replicas cannot be told of channels");
  };
  const peers = redis === null ? memoryChannelPeers(clock).join() : redisChannelPeers({ ...redis, clock, onError });
  cleanup.add(async () => peers.close());
  return createChannelHealth({ clock, peers });
}
