import type { PreferredChannels } from "@/core/channels/channel-affinity";
import {
  type ChannelChoice,
  type ExclusionReason,
  type Weight,
  waitedFor,
  weighedChannel,
} from "@/core/channels/channel-choice";
import type { Rejected } from "@/core/channels/walk-channels";
import type { AppError } from "@/core/errors";
import type { Candidate } from "./resolve-target";

/** What a choice of a channel went by. */
export type ChoiceTraceAsk = {
  /** All channels that could ever serve the call. */
  readonly candidates: readonly Candidate[];
  readonly tried: readonly Candidate[];
  /** Those that were out, and why. */
  readonly out: ReadonlyMap<Candidate, ExclusionReason>;
  /** Null: it could not be chosen. */
  weightIn(candidate: Candidate): Weight | null;
  readonly preferred: PreferredChannels;
  readonly rejections: readonly Rejected<Candidate>[];
  readonly chosen: { readonly candidate: Candidate; readonly waitedMs: number } | null;
};

/** A choice as it is stored with the request (channels-and-rates.md S5). */
export function choiceTrace(ask: ChoiceTraceAsk): ChannelChoice {
  const { candidates, tried, out, preferred, rejections, chosen } = ask;
  const refusals = rejections.length === 0 ? null : new Map(rejections.map((one) => [one.candidate, one.rejection]));
  const weighed = candidates.map((candidate) => {
    const channelId = candidate.channel.id;
    const weight = ask.weightIn(candidate);
    const excluded = tried.includes(candidate) ? "tried" : weight === null ? (out.get(candidate) ?? null) : null;
    const isPreferred = preferred.includes(channelId);
    return weighedChannel({ channelId, excluded, weight, isPreferred, rejection: refusals?.get(candidate) ?? null });
  });
  let waitedMs = chosen?.waitedMs ?? 0;
  for (const { rejection } of rejections) waitedMs += waitedFor(rejection);
  const choice = { candidates: weighed, chosen: chosen?.candidate.channel.id ?? null };
  return waitedMs > 0 ? { ...choice, waitedMs: Math.round(waitedMs) } : choice;
}

/** What choices of a call cost in queues, ms (protocols-and-pricing.md 2.4). */
export function queueMsOf(choices: readonly ChannelChoice[]): number {
  let sum = 0;
  for (const { waitedMs = 0 } of choices) sum += waitedMs;
  return sum;
}

/** Carried by the error of a call of which nothing was sent, as its cause. */
export type ChoiceCause = { readonly channelChoices: readonly ChannelChoice[] };

/** The choices that such an error carries; none for any other. */
export function choicesIn({ cause }: AppError): readonly ChannelChoice[] {
  const isChoices = typeof cause === "object" && cause !== null && "channelChoices" in cause;
  return isChoices ? (cause as ChoiceCause).channelChoices : [];
}
