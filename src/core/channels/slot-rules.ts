import type { FullReason } from "./channel-slots";
import type { ChannelLimiter } from "./limiter";

/** How full a channel is. */
export type SlotCounts = { readonly inFlight: number; readonly waiting: number };

/** What becomes of a request that comes now. */
export type Arrival = "granted" | "waits" | FullReason;

/** Mean time that a slot is held, before anything is known (L13). */
export const FIRST_HOLD_MS = 1_000;

const HOLD_SHARE = 0.2;

/** Decides on a newcomer: never past one who waits (L3), never above capacity and queue (L2, L4). */
export function judgeArrival(limiter: ChannelLimiter, counts: SlotCounts & { readonly waitingOfKey: number }): Arrival {
  const { mode, capacity } = limiter;
  if (mode === "off" || mode === "observe" || capacity === null) return "granted";
  if (counts.waiting === 0 && counts.inFlight < capacity) return "granted";
  if (mode === "reject") return "capacity";
  const size = limiter.queueSize ?? 0;
  if (counts.waiting >= size) return "queue";
  return counts.waitingOfKey >= (limiter.maxWaitingPerKey ?? size) ? "key_share" : "waits";
}

/** How many of the queue's head get a slot now. Those who wait when the mode changes keep their place with `reject`, and are all let in by `off` and `observe` (L9). */
export function headsToGrant({ mode, capacity }: ChannelLimiter, { inFlight, waiting }: SlotCounts): number {
  if (mode === "off" || mode === "observe" || capacity === null) return waiting;
  return Math.min(waiting, Math.max(0, capacity - inFlight));
}

/** The moving average after one more slot was held for `heldMs`. */
export function nextHoldMs(holdMs: number, heldMs: number): number {
  return holdMs + HOLD_SHARE * (heldMs - holdMs);
}

/** One replica's part of a limiter while the store does not answer (L21). */
export function shareOfReplica(limiter: ChannelLimiter, replicas: number): ChannelLimiter {
  const share = (whole: number | null) => (whole === null ? null : Math.max(1, Math.floor(whole / replicas)));
  const queueSize = share(limiter.queueSize);
  const { maxWaitingPerKey } = limiter;
  return {
    ...limiter,
    capacity: share(limiter.capacity),
    queueSize,
    maxWaitingPerKey: maxWaitingPerKey === null || queueSize === null ? null : Math.min(maxWaitingPerKey, queueSize),
  };
}
