import type { PreferredChannels } from "@/core/channels/channel-affinity";
import type { ChannelChoice, ExclusionReason, Weight } from "@/core/channels/channel-choice";
import type { ChannelHealth } from "@/core/channels/channel-health";
import type { RateCounts } from "@/core/channels/channel-rates";
import { type ChannelLoad, channelScore, hasFreeSlot, IDLE } from "@/core/channels/channel-score";
import { ALWAYS_FREE, orderChannels, type RankStanding } from "@/core/channels/order-channels";
import { refusalOf } from "@/core/channels/refusal-of";
import { type Rejected, type Walked, walkChannels } from "@/core/channels/walk-channels";
import { AppError } from "@/core/errors";
import { type ChoiceCause, choiceTrace } from "./choice-trace";
import { countPlaces, countSilence } from "./count-places";
import type { GatewayDeps } from "./gateway-deps";
import type { Candidate, Target } from "./resolve-target";
import { slotDoors, type Taken, type Waiting } from "./slot-doors";

/** Which channel is asked for: one of the target's that the call was not sent to yet. */
export type ChooseAsk = {
  readonly target: Target;
  readonly tried: readonly Candidate[];
  /** An earlier choice of this call ignored the breakers, so this one does too (channels-and-rates.md C13). */
  readonly ignoresBreakers: boolean;
  readonly waiting: Waiting;
  /** Channels that the conversation prefers, the best first (S4). */
  readonly preferred: PreferredChannels;
  /** Tokens that the call should use on a channel. */
  tokensOn(candidate: Candidate): number;
};

/** What a call owns at the channel that was chosen for it; `leave` gives it back. */
export type Chosen = {
  readonly kind: "chosen";
  readonly candidate: Candidate;
  /** Its slot, and the right to probe a channel whose breaker is due. */
  readonly taken: Taken;
  /** All that could have been chosen, in their order. */
  readonly order: readonly Candidate[];
  readonly ignoresBreakers: boolean;
  readonly trace: ChannelChoice;
};

/** A channel, or why none takes the call; with what was weighed. */
export type Choice =
  | Chosen
  | { readonly kind: "none"; readonly error: AppError; readonly trace: ChannelChoice }
  | { readonly kind: "cancelled"; readonly trace: ChannelChoice };

/** The ports that a choice needs. */
export type ChooseDeps = Pick<GatewayDeps, "health" | "slots" | "tally" | "rates" | "random" | "clock" | "metrics">;

type Judged = {
  readonly eligible: readonly Candidate[];
  readonly tripped: readonly Candidate[];
  readonly out: ReadonlyMap<Candidate, ExclusionReason>;
  /** Of the eligible ones, those that only a probe may use. */
  readonly due: ReadonlySet<Candidate>;
  /** Nothing but a breaker keeps a channel out. */
  readonly isByBreakersOnly: boolean;
  /** Monotonic ms at which the first that is out may be asked again; null: none is. */
  readonly eligibleAt: number | null;
};

/**
 * Chooses the channel of the next attempt: those that are healthy in their order (channels-and-rates.md C15, S3), then the first with a slot (C16).
 * A breaker keeps nobody out of the last channels: when all are out by breakers alone, these are ignored (C13). Answers without a promise when
 * the first channel does.
 */
export function chooseChannel(ask: ChooseAsk, deps: ChooseDeps): Choice | Promise<Choice> {
  const { candidates } = ask.target;
  const left = ask.tried.length === 0 ? candidates : candidates.filter((one) => !ask.tried.includes(one));
  const judged = judge(left, deps.health);
  const choosing: Choosing = { ask, left, judged };
  if (ask.ignoresBreakers || (judged.eligible.length === 0 && mayIgnore(choosing)))
    return pick({ ...choosing, ignoresBreakers: true, isLast: true }, deps);
  const isLast = !mayIgnore(choosing);
  const choice = pick({ ...choosing, ignoresBreakers: false, isLast }, deps);
  if (!(choice instanceof Promise) || isLast) return choice;
  // Others have the right to probe.
  const ignoring = { ...choosing, ignoresBreakers: true, isLast: true };
  return choice.then((found) => (found.kind === "none" ? pick(ignoring, deps) : found));
}

/** When a candidate that is out may be asked again, in ms; null: none is out. */
export function eligibleInMs({ candidates }: Target, { health, clock }: ChooseDeps): number | null {
  const { eligibleAt } = judge(candidates, health);
  return eligibleAt === null ? null : Math.max(0, eligibleAt - clock.monotonic());
}

type Choosing = { readonly ask: ChooseAsk; readonly left: readonly Candidate[]; readonly judged: Judged };

function mayIgnore({ ask, judged }: Choosing): boolean {
  const { breakerLastChannel } = ask.target.config.settings;
  const { eligible, due, isByBreakersOnly } = judged;
  return breakerLastChannel === "pass" && ask.tried.length === 0 && isByBreakersOnly && due.size === eligible.length;
}

const NOBODY: readonly Candidate[] = [];
const NOT_DUE: ReadonlySet<Candidate> = new Set();
const NONE_OUT: ReadonlyMap<Candidate, ExclusionReason> = new Map();
const WELL: Omit<Judged, "eligible"> = {
  ...{ tripped: NOBODY, out: NONE_OUT, due: NOT_DUE, isByBreakersOnly: false, eligibleAt: null },
};

function judge(candidates: readonly Candidate[], health: ChannelHealth): Judged {
  const isWell = candidates.every(({ channel, upstreamModel }) => isEligible(health, channel, upstreamModel));
  if (isWell) return { ...WELL, eligible: candidates };
  const eligible: Candidate[] = [];
  const tripped: Candidate[] = [];
  const out = new Map<Candidate, ExclusionReason>();
  const due = new Set<Candidate>();
  let eligibleAt: number | null = null;
  for (const candidate of candidates) {
    const standing = health.standing(candidate.channel, candidate.upstreamModel);
    if (standing.kind === "out") {
      out.set(candidate, standing.reason);
      eligibleAt = Math.min(eligibleAt ?? standing.until, standing.until);
      if (standing.reason === "tripped") tripped.push(candidate);
    } else eligible.push(candidate);
    if (standing.kind === "probe") due.add(candidate);
  }
  const isByBreakersOnly = tripped.length + due.size === candidates.length;
  return { eligible, tripped, out, due, isByBreakersOnly, eligibleAt };
}

function isEligible(health: ChannelHealth, channel: Candidate["channel"], model: string): boolean {
  return health.standing(channel, model).kind === "eligible";
}

/** `isLast`: no other pick follows one that finds nothing. */
type Picking = Choosing & { readonly ignoresBreakers: boolean; readonly isLast: boolean };

function pick({ ask, judged, ignoresBreakers, isLast }: Picking, deps: ChooseDeps): Choice | Promise<Choice> {
  const { eligible, tripped, due } = judged;
  const open = ignoresBreakers ? [...eligible, ...tripped] : eligible;
  const weights = open.map((one) => weightOf(one, deps));
  const weightIn = (one: Candidate) => weights[open.indexOf(one)] ?? null;
  const order = orderChannels(open, {
    standingOf: (one) => standingIn(weightIn(one)),
    preferred: ask.preferred,
    random: deps.random,
  });
  const { waiting, tokensOn } = ask;
  const walked = walkChannels(order, slotDoors({ due: ignoresBreakers ? NOT_DUE : due, waiting, tokensOn }, deps));
  const end = (found: Walked<Candidate, Taken>): Choice => {
    if (found.kind !== "none" || isLast) {
      countPlaces(found, deps.metrics);
      countSilence(found, deps.metrics);
    }
    const rejections = found.kind === "cancelled" ? [] : found.rejections;
    const chosen = found.kind === "granted" ? { candidate: found.candidate, waitedMs: found.slot.waitedMs } : null;
    const { candidates } = ask.target;
    const { tried, preferred } = ask;
    const trace = choiceTrace({ candidates, tried, out: judged.out, weightIn, preferred, rejections, chosen });
    if (found.kind === "cancelled") return { ...found, trace };
    if (found.kind === "none") return { kind: "none", error: refused(rejections, { ask, judged, trace }, deps), trace };
    return { kind: "chosen", candidate: found.candidate, taken: found.slot, order, ignoresBreakers, trace };
  };
  return walked instanceof Promise ? walked.then(end) : end(walked);
}

function standingIn(weight: Weight | null): RankStanding {
  return weight === null ? ALWAYS_FREE : { score: weight.parts.score, isFree: weight.isFree };
}

/** How a channel stands for the order. A store that is asked over the network is not asked for this: it decides when a slot is taken. */
function weightOf({ channel }: Candidate, { slots, rates }: ChooseDeps): Weight {
  const { limiter, rpm, tpm } = channel;
  if (limiter.mode === "off" && rpm === null && tpm === null) return UNLIMITED;
  // As far as it is known here: the store is not asked for this, it decides when a slot is taken.
  const load = (limiter.mode === "off" ? null : slots.glance(channel.id)) ?? IDLE_LOAD;
  const counts = rpm === null && tpm === null ? NO_COUNTS : rates.counts(channel.id);
  const parts = channelScore(limiter, load, { rpm, tpm, ...counts });
  return { parts, isFree: parts.score !== null && hasFreeSlot(limiter, load) };
}

const UNLIMITED: Weight = { parts: IDLE, isFree: true };
const IDLE_LOAD: ChannelLoad = { inFlight: 0, waiting: 0 };
const NO_COUNTS: RateCounts = { rpmUsed: 0, tpmUsed: 0 };

function refused(
  rejections: readonly Rejected<Candidate>[],
  { ask, judged, trace }: Pick<Choosing, "ask" | "judged"> & { readonly trace: ChannelChoice },
  { clock }: ChooseDeps,
): AppError {
  const { eligibleAt } = judged;
  const waitMs = eligibleAt === null ? null : Math.max(0, eligibleAt - clock.monotonic());
  const { code, retryAfterMs } = refusalOf(
    rejections.map(({ rejection }) => rejection),
    waitMs,
  );
  const cause: ChoiceCause = { channelChoices: [trace] };
  return new AppError(code, { model: ask.target.model, retryAfterMs }, { cause });
}
