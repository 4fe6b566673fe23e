import type { ChannelHealth } from "@/core/channels/channel-health";
import { channelScore, hasFreeSlot } from "@/core/channels/channel-score";
import { ALWAYS_FREE, orderChannels, type RankStanding } from "@/core/channels/order-channels";
import { refusalOf } from "@/core/channels/refusal-of";
import { type Walked, walkChannels } from "@/core/channels/walk-channels";
import { AppError } from "@/core/errors";
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
};

/** What a call owns at the channel that was chosen for it; `leave` gives it back. */
export type Chosen = {
  readonly kind: "chosen";
  readonly candidate: Candidate;
  /** Its slot, and the right to probe a channel whose breaker is due. */
  readonly taken: Taken;
  /** Others could be asked after it. */
  readonly hasOthers: boolean;
  readonly ignoresBreakers: boolean;
};

/** A channel, or why none takes the call. */
export type Choice = Chosen | { readonly kind: "none"; readonly error: AppError } | { readonly kind: "cancelled" };

/** The ports that a choice needs. */
export type ChooseDeps = Pick<GatewayDeps, "health" | "slots" | "tally" | "random" | "clock" | "metrics">;

type Judged = {
  readonly eligible: readonly Candidate[];
  readonly tripped: readonly Candidate[];
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

function judge(candidates: readonly Candidate[], health: ChannelHealth): Judged {
  const isWell = candidates.every(({ channel, upstreamModel }) => isEligible(health, channel, upstreamModel));
  if (isWell) return { eligible: candidates, tripped: NOBODY, due: NOT_DUE, isByBreakersOnly: false, eligibleAt: null };
  const eligible: Candidate[] = [];
  const tripped: Candidate[] = [];
  const due = new Set<Candidate>();
  let eligibleAt: number | null = null;
  for (const candidate of candidates) {
    const standing = health.standing(candidate.channel, candidate.upstreamModel);
    if (standing.kind === "out") {
      eligibleAt = Math.min(eligibleAt ?? standing.until, standing.until);
      if (standing.reason === "tripped") tripped.push(candidate);
    } else eligible.push(candidate);
    if (standing.kind === "probe") due.add(candidate);
  }
  const isByBreakersOnly = tripped.length + due.size === candidates.length;
  return { eligible, tripped, due, isByBreakersOnly, eligibleAt };
}

function isEligible(health: ChannelHealth, channel: Candidate["channel"], model: string): boolean {
  return health.standing(channel, model).kind === "eligible";
}

/** `isLast`: no other pick follows one that finds nothing. */
type Picking = Choosing & { readonly ignoresBreakers: boolean; readonly isLast: boolean };

function pick({ ask, judged, ignoresBreakers, isLast }: Picking, deps: ChooseDeps): Choice | Promise<Choice> {
  const { eligible, tripped, due } = judged;
  const open = ignoresBreakers ? [...eligible, ...tripped] : eligible;
  const order = orderChannels(open, {
    standingOf: (one) => standingOf(one, deps),
    affinity: null,
    random: deps.random,
  });
  const walked = walkChannels(order, slotDoors({ due: ignoresBreakers ? NOT_DUE : due, waiting: ask.waiting }, deps));
  const end = (found: Walked<Candidate, Taken>): Choice => {
    if (found.kind !== "none" || isLast) {
      countPlaces(found, deps.metrics);
      countSilence(found, deps.metrics);
    }
    if (found.kind === "cancelled") return found;
    if (found.kind === "none") return refused(found.rejections, { ask, judged }, deps);
    const { candidate, slot: taken } = found;
    return { kind: "chosen", candidate, taken, hasOthers: order.length > 1, ignoresBreakers };
  };
  return walked instanceof Promise ? walked.then(end) : end(walked);
}

/** How a channel stands for the order, as far as it is known here: the store is not asked for this, it decides when a slot is taken. */
function standingOf({ channel }: Candidate, { slots }: ChooseDeps): RankStanding {
  if (channel.limiter.mode === "off") return ALWAYS_FREE;
  const load = slots.glance(channel.id);
  if (load === null) return ALWAYS_FREE;
  const { score } = channelScore(channel.limiter, load, { rpm: null, rpmUsed: 0, tpm: null, tpmUsed: 0 });
  return { score, isFree: hasFreeSlot(channel.limiter, load) };
}

function refused(
  rejections: Extract<Walked<Candidate, Taken>, { kind: "none" }>["rejections"],
  { ask, judged }: Pick<Choosing, "ask" | "judged">,
  { clock }: ChooseDeps,
): Choice {
  const { eligibleAt } = judged;
  const waitMs = eligibleAt === null ? null : Math.max(0, eligibleAt - clock.monotonic());
  const { code, retryAfterMs } = refusalOf(
    rejections.map(({ rejection }) => rejection),
    waitMs,
  );
  return { kind: "none", error: new AppError(code, { model: ask.target.model, retryAfterMs }) };
}
