import type { OpenCredential } from "@/core/channels/channel";
import type { AttemptResult } from "@/core/channels/channel-health";
import type { RateUnit } from "@/core/channels/channel-rates";
import { countTokens } from "@/core/prices/count-tokens";
import type { AttemptEnd } from "./attempt";
import { billableUsage } from "./bill-attempt";
import { type CallAffinity, keepTurn } from "./call-affinity";
import type { Chosen } from "./choose-channel";
import type { GatewayDeps } from "./gateway-deps";
import type { Target } from "./resolve-target";

/** A choice that is given back: `end` null when no attempt came of it. */
export type EndedChoice = {
  readonly chosen: Chosen;
  readonly end: AttemptEnd | null;
  readonly target: Target;
  readonly affinity: CallAffinity | null;
  /** What it was sent under; null: the channel has none, or it was not sent. */
  readonly credential: OpenCredential | null;
  /** Whose key it was. */
  readonly userId: number;
  /** Nothing of it is charged (class R): it is one request of the channel's minute, and no tokens. */
  readonly isRateOnly: boolean;
};

/** Gives back the slot that a call had at a channel, whose upstream has been read or closed by now (L7), and lets its health learn from the attempt; exactly once for each choice. */
export function endAttempt(
  { chosen, end, target, affinity, credential, userId, isRateOnly }: EndedChoice,
  deps: Pick<GatewayDeps, "health" | "tally" | "affinity">,
): void {
  const { health, tally } = deps;
  const { candidate, taken } = chosen;
  taken.slot.release();
  if (taken.unit !== null) endUnit(taken.unit, isRateOnly ? null : end, end?.isDispatched === true);
  if (end?.isDispatched === true) tally.sent(candidate.channel.id);
  const { cooldownDefaultMs: defaultMs, cooldownMaxMs: maxMs } = target.config.settings;
  const verdict = verdictOf(end);
  if (verdict === "good" && affinity !== null)
    keepTurn(affinity, { servedBy: candidate, mightHave: chosen.order, candidates: target.candidates }, deps);
  // However it ended: from when the upstream names its id, a response may be stored there, and belongs to nobody else.
  const responseId = end?.relay.reading.responseId;
  if (responseId !== undefined)
    deps.affinity.keepHome(responseId, { channelId: candidate.channel.id, userId, model: target.model });
  health.ended({
    channel: candidate.channel,
    model: candidate.upstreamModel,
    verdict,
    credentialId: credential?.id ?? null,
    isAnswered: end !== null && end.relay.status !== null,
    headers: end?.relay.headers ?? {},
    probe: taken.probe,
    rules: { defaultMs, maxMs },
  });
}

/** Puts right what the channel's budget per minute was charged (C18). */
function endUnit(unit: RateUnit, charged: AttemptEnd | null, wasSent: boolean): void {
  if (!wasSent) {
    unit.giveBack();
    return;
  }
  const usage = charged === null ? null : billableUsage(charged.relay, charged).usage;
  const { input, output } = countTokens(usage?.counts ?? {});
  unit.settle(input + output);
}

function verdictOf(end: AttemptEnd | null): AttemptResult["verdict"] {
  if (end === null || !end.isDispatched) return "neutral";
  return end.relay.failure ?? (end.relay.outcome === "ok" ? "good" : "neutral");
}
