import type { RunningRequest } from "@/core/quota/rate-ask";
import type { CounterPlace } from "./redis-keys";
import { runScript } from "./run-script";
import { STAY_RUNNING } from "./scripts/stay-running.lua";

/** `QuotaStore.stayRunning` on Redis: one call per user. */
export async function stayRunning(place: CounterPlace, requests: readonly RunningRequest[]): Promise<void> {
  const byUser = Map.groupBy(requests, ({ userId }) => userId);
  const calls = [...byUser].map(([userId, own]) =>
    runScript(place.client, STAY_RUNNING, {
      keys: [place.keys.domain(userId).meta],
      args: own.flatMap(({ keyId, requestId }) => [keyId, requestId]),
    }),
  );
  await Promise.all(calls);
}

/** `QuotaStore.leave` on Redis. */
export async function leave(
  { client, keys }: CounterPlace,
  { userId, keyId, requestId }: RunningRequest,
): Promise<void> {
  const { running, runningOfKey } = keys.domain(userId);
  await Promise.all([client.zrem(running, requestId), client.zrem(runningOfKey(keyId), requestId)]);
}
