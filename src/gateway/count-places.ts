import type { ChannelRejection } from "@/core/channels/judge-attempt";
import type { Walked } from "@/core/channels/walk-channels";
import type { GatewayMetrics } from "./gateway-deps";
import type { Candidate } from "./resolve-target";
import type { Taken } from "./slot-doors";

/**
 * Counts the channels that had no place for an attempt, each once (channels-and-rates.md section 5). With a slot at another channel they have
 * overflowed, whether they were busy or full; without one anywhere those that were full have rejected it. A channel that it queued at counts only
 * for its time-out, and nobody counts when the call itself gave up.
 */
export function countPlaces(walked: Walked<Candidate, unknown>, metrics: Pick<GatewayMetrics, "withoutPlace">): void {
  if (walked.kind === "cancelled") return;
  const { rejections, busy } = walked;
  if (rejections.length === 0 && busy.length === 0) return;
  const isServed = walked.kind === "granted";
  const result = isServed ? "overflowed" : "rejected";
  const counted = new Set<Candidate>(isServed ? [walked.candidate] : []);
  for (const { candidate, rejection } of rejections) {
    const how = howOf(rejection);
    if (how === null || counted.has(candidate)) continue;
    counted.add(candidate);
    metrics.withoutPlace(candidate.channel.id, how, result);
  }
  for (const candidate of busy) {
    // At capacity without a queue is full, though it was not asked again.
    const isFull = isServed || candidate.channel.limiter.mode === "reject";
    if (isFull && !counted.has(candidate)) metrics.withoutPlace(candidate.channel.id, "capacity", result);
  }
}

/** Counts an attempt whose slots did not answer, by what the failure policy did (channels-and-rates.md L21). */
export function countSilence(
  walked: Walked<Candidate, Pick<Taken, "isAlone">>,
  metrics: Pick<GatewayMetrics, "storeFailed">,
): void {
  if (walked.kind === "granted" && walked.slot.isAlone) metrics.storeFailed("admitted");
  if (walked.kind === "none" && walked.rejections.some(({ rejection }) => rejection.kind === "unavailable"))
    metrics.storeFailed("denied");
}

function howOf(rejection: ChannelRejection) {
  if (rejection.kind === "full") return rejection.by;
  return rejection.kind === "timeout" ? rejection.kind : null;
}
