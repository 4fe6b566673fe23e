import type { LiveChannel } from "@/core/channels/live-channel";

/** An idle channel with four places and a queue of two, unless told. */
export function buildLiveChannel(given: Partial<LiveChannel> = {}): LiveChannel {
  return {
    ...{
      channelId: 1,
      asOf: 0,
      state: "idle",
      health: "unknown",
      mode: "queue",
      inFlight: 0,
      capacity: 4,
      waiting: 0,
      queueSize: 2,
    },
    ...{ oldestWaitMs: 0, denied5m: { full: 0, timeout: 0 }, waitP95Ms: 0, spark: [] },
    ...{ coolingUntil: null, trippedUntil: null, replicas: 1 },
    ...given,
  };
}
