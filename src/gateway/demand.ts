import type { ModelTraits } from "@/core/models/model";
import {
  type CallEstimate,
  type EstimateAsk,
  estimateCall,
  estimateInput,
  type ModelHabits,
} from "@/core/prices/estimate-call";
import { isFreeAt } from "@/core/prices/select-price-row";
import type { Amounts, Demand } from "@/core/quota/hold";
import type { LimitCell } from "@/core/quota/limit-cell";
import type { BucketAsk } from "@/core/quota/quota-store";
import type { Call, Protocol } from "@/protocols/protocol";
import type { GatewayDeps } from "./gateway-deps";
import type { Candidate, Target } from "./resolve-target";

/** A call whose cost is estimated. */
export type Estimated = {
  readonly call: Call;
  readonly protocol: Protocol;
  readonly target: Target;
  /** Epoch ms. */
  readonly at: number;
  readonly habitsOf: GatewayDeps["habitsOf"];
};

/** Every price component of a call at an instant is 0 on each of the channels, whichever of its models runs (quota.md Q11). */
export function isFree(candidates: readonly Candidate[], at: number): boolean {
  return eachModelOf(candidates).every(({ rows }) => isFreeAt(rows, at));
}

/** A channel once for each model that may run there: any of them may be the dearest (protocols-and-pricing.md N4). */
function eachModelOf(candidates: readonly Candidate[]): readonly Candidate[] {
  if (candidates.every(({ secondary }) => secondary === undefined)) return candidates;
  return candidates.flatMap(({ secondary = [], ...own }) => [
    own,
    ...secondary.map(({ model, rows }) => ({ ...own, billedModel: model, rows })),
  ]);
}

/** What the ceiling of a call on a channel goes by: its own habits, and the rows of the dearest model that may run there. */
export function ceilingAsk(candidate: Candidate, estimated: Estimated): EstimateAsk {
  const own = estimateAsk(candidate, estimated);
  let dearest = own;
  for (const { rows } of candidate.secondary ?? []) {
    const other = { ...own, rows };
    if (estimateCall(other).strictWorst.nanoUsd > estimateCall(dearest).strictWorst.nanoUsd) dearest = other;
  }
  return dearest;
}

/** Expected input of a call on a channel, and what it costs. */
export function inputOn(candidate: Candidate, estimated: Estimated): ReturnType<typeof estimateInput> {
  return estimateInput(estimateAsk(candidate, estimated));
}

/** What a call needs of every unit: the dearest of the channels and models that may serve it (quota.md Q32). */
export function demandOf(candidates: readonly Candidate[], estimated: Estimated): Demand {
  const estimates = eachModelOf(candidates).map((candidate) => estimateCall(estimateAsk(candidate, estimated)));
  return {
    est: amounts(estimates, "est"),
    worst: amounts(estimates, "worst"),
    strictWorst: amounts(estimates, "strictWorst"),
  };
}

/** Tokens that a call should use on a channel, in and out. */
export function expectedTokens(candidate: Candidate, estimated: Estimated): number {
  const { inputTokens, outputTokens } = estimateCall(estimateAsk(candidate, estimated)).est;
  return inputTokens + outputTokens;
}

function amounts(estimates: readonly CallEstimate[], size: keyof CallEstimate): Amounts {
  let usd = 0;
  let tokens = 0;
  for (const { [size]: sized } of estimates) {
    usd = Math.max(usd, sized.nanoUsd);
    tokens = Math.max(tokens, sized.inputTokens + sized.outputTokens);
  }
  return { usd, tokens, requests: 1 };
}

/** What the estimate of a call on a channel goes by. */
export function estimateAsk(candidate: Candidate, { call, protocol, target, at, habitsOf }: Estimated): EstimateAsk {
  const { billedModel } = candidate;
  const traits = target.config.traitsOf(billedModel);
  const habits = habitsOf(billedModel);
  return {
    call,
    habits: traits === null ? habits : pinned(habits, traits),
    maxOutputTokens: traits?.maxOutputTokens ?? null,
    worstCaseOutputTokens: target.config.settings.worstCaseOutputTokens,
    rows: candidate.rows,
    at,
    channelPpm: candidate.channel.costMultiplierPpm,
    groupPpm: target.groupPpm,
    cacheWriteInput: protocol.cachesInput,
  };
}

/** Habits that an admin has pinned beat the learnt ones. */
function pinned(learnt: ModelHabits, { bytesPerToken, expectedOutputTokens }: ModelTraits): ModelHabits {
  return {
    bytesPerToken: bytesPerToken ?? learnt.bytesPerToken,
    expectedOutputTokens: expectedOutputTokens ?? learnt.expectedOutputTokens,
  };
}

/**
 * Output tokens of each choice that fit into what is left of a limit beside the call's input (quota.md Q61): floor((C - s - input part of the
 * need) / output price / n). Null below 1, and for a limit on requests.
 */
export function affordableOutput(candidates: readonly Candidate[], estimated: Estimated) {
  return ({ enforcement }: BucketAsk, left: number, { unit }: LimitCell): number | null => {
    if (unit === "requests") return null;
    const size = enforcement === "strict" ? "strictWorst" : "est";
    const fitting = eachModelOf(candidates).map((candidate) => {
      const ask = estimateAsk(candidate, estimated);
      const bare = estimateCall({ ...ask, call: { ...ask.call, maxOutputTokens: 0 } })[size];
      if (unit === "tokens") return Math.floor((left - bare.inputTokens) / ask.call.choices);
      const million = estimateCall({
        ...ask,
        call: { ...ask.call, maxOutputTokens: MILLION, choices: 1 },
        maxOutputTokens: null,
        habits: { ...ask.habits, expectedOutputTokens: MILLION },
      })[size];
      const nanoPerToken = (million.nanoUsd - bare.nanoUsd) / MILLION;
      return nanoPerToken <= 0 ? 0 : Math.floor((left - bare.nanoUsd) / nanoPerToken / ask.call.choices);
    });
    const least = Math.min(...fitting);
    return least >= 1 ? least : null;
  };
}

/** Asked for and expected at once, so that the price of one token can be told. */
const MILLION = 1_000_000;
