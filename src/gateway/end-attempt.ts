import type { AttemptResult } from "@/core/channels/channel-health";
import type { AttemptEnd } from "./attempt";
import type { Chosen } from "./choose-channel";
import type { GatewayDeps } from "./gateway-deps";
import type { Target } from "./resolve-target";

/** A choice that is given back: `end` null when no attempt came of it. */
export type EndedChoice = { readonly chosen: Chosen; readonly end: AttemptEnd | null; readonly target: Target };

/** Gives back the slot that a call had at a channel, whose upstream has been read or closed by now (L7), and lets its health learn from the attempt; exactly once for each choice. */
export function endAttempt(
  { chosen, end, target }: EndedChoice,
  { health, tally }: Pick<GatewayDeps, "health" | "tally">,
): void {
  const { candidate, taken } = chosen;
  taken.slot.release();
  if (end?.isDispatched === true) tally.sent(candidate.channel.id);
  const { cooldownDefaultMs: defaultMs, cooldownMaxMs: maxMs } = target.config.settings;
  health.ended({
    channel: candidate.channel,
    model: candidate.upstreamModel,
    verdict: verdictOf(end),
    isAnswered: end !== null && end.relay.status !== null,
    headers: end?.relay.headers ?? {},
    probe: taken.probe,
    rules: { defaultMs, maxMs },
  });
}

function verdictOf(end: AttemptEnd | null): AttemptResult["verdict"] {
  if (end === null || !end.isDispatched) return "neutral";
  return end.relay.failure ?? (end.relay.outcome === "ok" ? "good" : "neutral");
}
