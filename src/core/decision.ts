import { formatUsd, type NanoUsd } from "@/lib/money";
import type { ChannelChoice } from "./channels/channel-choice";
import type { AppError, ErrorCode } from "./errors";
import type { Denial } from "./quota/denial";
import type { Verdict } from "./quota/quota-store";
import { readDenial } from "./quota/read-denial";
import type { ConcurrencyStep, RateStep, RefusedByRate } from "./rate-steps";
import type {
  DenialReason,
  Enforcement,
  LimitAxis,
  LimitMode,
  LimitSubject,
  LimitUnit,
  LimitWindow,
} from "./vocabulary";

/** One limit as a request was measured by it: what applied, what it asked, what was found. Amounts are nano-USD or counts. */
export type JudgedLimit = {
  readonly limitId: number;
  readonly axis: LimitAxis;
  /** Whose row won. */
  readonly source: { readonly kind: LimitSubject; readonly id: number };
  /** Name of the model group, `global` without one. */
  readonly target: string;
  readonly targetType: "group" | "global";
  readonly unit: LimitUnit;
  readonly window: LimitWindow;
  /** null for `total`. */
  readonly mode: LimitMode | null;
  readonly enforcement: Enforcement;
  /** With the boosts in force. */
  readonly cap: number;
  readonly boost: number;
  /** Settled, and held for others, as the reserve found them; null: the counters did not answer. */
  readonly used: number | null;
  readonly held: number | null;
  readonly est: number;
  readonly worst: number;
  readonly verdict: Verdict;
  /** Epoch ms; null: never. */
  readonly resetsAt: number | null;
};

/**
 * A step of kind `limit` (dashboard.md 7.2), compact because one is kept per limit and request: amounts are decimal USD or integer texts,
 * and what is absent says nothing: no boost, no mode, nothing known.
 */
export type LimitStep = {
  readonly kind: "limit";
  /** `fail_open`: passed within the allowance while the counters did not answer. */
  readonly verdict: "pass" | "deny" | "fail_open";
  readonly why?: DenialReason | undefined;
  /** What `balanced` would have said, in `shadow`. */
  readonly wouldDeny?: DenialReason | undefined;
  readonly axis: LimitAxis;
  readonly target: string;
  readonly targetType: "group" | "global";
  readonly unit: LimitUnit;
  readonly window: LimitWindow;
  readonly mode?: LimitMode | undefined;
  readonly enforcement: Enforcement;
  readonly winner: { readonly limitId: number; readonly kind: LimitSubject; readonly id?: number };
  /** `block` for a state that has no amount. */
  readonly cap: string;
  readonly boost?: string | undefined;
  readonly used?: string | undefined;
  readonly held?: string | undefined;
  readonly estimate?: string | undefined;
  readonly worst?: string | undefined;
  /** Epoch ms. */
  readonly resetsAt?: number | undefined;
};

/** What the limits said of an admitted request. */
export type LimitsDecision = {
  /** Whether it counts in the global limits of each axis (quota.md Q8). */
  readonly counted: { readonly userGlobal: boolean; readonly keyGlobal: boolean };
  /** Name of the model group; null: none. */
  readonly group: string | null;
  /** Text of limit-lines.ts; readers get steps. */
  readonly limits: string;
  readonly failOpen: boolean;
};

/** One step of a decision, as the guard ran it. */
export type DecisionStep = LimitStep | RateStep | ConcurrencyStep;

/** What the estimate of a request went by, for the lessons of its model too (quota.md Q32). */
export type EstimateFacts = {
  readonly inputTokens: number;
  /** Bytes of text; absent when there are blobs, whose tokens no text tells. */
  readonly textBytes?: number | undefined;
  /** Replies asked for; absent: one. */
  readonly choices?: number | undefined;
};

/** Why a request passed or not, as it is stored (dashboard.md 7.2). Plain JSON. */
export type Decision = {
  readonly v: 1;
  readonly configVersion: number;
  readonly model?: { readonly requested: string; readonly billed: string; readonly mapped: string | null };
  readonly estimate?: EstimateFacts;
  readonly outcome: "admitted" | "denied";
  readonly code?: ErrorCode;
  readonly counted?: LimitsDecision["counted"];
  readonly group?: string | null;
  readonly limits?: string;
  readonly failOpen?: boolean;
  readonly steps?: readonly DecisionStep[];
  /** What was weighed for each attempt, for admins (channels-and-rates.md S5). */
  readonly channels?: readonly ChannelChoice[];
  /** What the client said of itself, by header and field, for attribution (protocols-and-pricing.md 2.2); absent: nothing. */
  readonly client?: Readonly<Record<string, string>> | undefined;
  /** Index of the step that refused the request. */
  readonly deniedBy?: number;
  /** Beside `limits`: the limit that refused the request; readers get `deniedBy`. */
  readonly deniedLimit?: number;
};

/** What is decided of a request that was sent upstream; `limits` null: none applied. */
export type AdmittedFacts = {
  readonly configVersion: number;
  readonly model: { readonly requested: string; readonly billed: string; readonly mapped: string | null };
  readonly estimate: EstimateFacts;
  readonly limits: LimitsDecision | null;
  /** One for each attempt; absent: nothing was chosen. */
  readonly channels?: readonly ChannelChoice[];
  /** As in Decision. */
  readonly client?: Decision["client"];
};

/** The decision of an admitted request. */
export function admittedDecision(facts: AdmittedFacts): Decision {
  const { configVersion, model, estimate, limits, channels, client } = facts;
  const decision: Decision = { v: 1, configVersion, model, estimate, outcome: "admitted", ...limits };
  const told = client === undefined ? decision : { ...decision, client };
  return channels === undefined ? told : { ...told, channels };
}

/**
 * The decision of a refused request: when a limit refused it, every limit it was measured by and which of them it was.
 * @param steps from `limitSteps`; empty when the counters were not asked
 */
export function deniedDecision(
  { configVersion, channels = [] }: { readonly configVersion: number; readonly channels?: readonly ChannelChoice[] },
  error: AppError,
  steps: readonly LimitStep[],
): Decision {
  const denied: Decision = { v: 1, configVersion, outcome: "denied", code: error.code };
  const decision = channels.length === 0 ? denied : { ...denied, channels };
  const denial = readDenial(error);
  if (denial === null) return decision;
  const deniedBy = deniedStepOf(steps, denial.limitId);
  if (deniedBy !== -1) return { ...decision, steps, deniedBy };
  return { ...decision, steps: [...steps, deniedStep(denial)], deniedBy: steps.length };
}

/** The decision of a request that a rate or the number of requests at once refused. */
export function rateDecision(
  { configVersion, error }: { readonly configVersion: number; readonly error: AppError },
  { steps, deniedBy }: RefusedByRate,
): Decision {
  return { v: 1, configVersion, outcome: "denied", code: error.code, steps, deniedBy };
}

/** Index of the step by which a limit refused a request. */
export function deniedStepOf(steps: readonly LimitStep[], limitId: unknown): number {
  return steps.findIndex(({ winner, verdict }) => verdict === "deny" && winner.limitId === limitId);
}

/**
 * The decision of a request that a limit refused by the counters, as compact as that of an admitted one: refusals come in floods.
 * @param limits the text of limit-lines.ts
 */
export function refusedDecision(
  { configVersion, error }: { readonly configVersion: number; readonly error: AppError },
  denial: Denial,
  { group, limits }: Pick<LimitsDecision, "group" | "limits">,
): Decision {
  return { v: 1, configVersion, outcome: "denied", code: error.code, group, limits, deniedLimit: denial.limitId };
}

/**
 * The steps of the limits that were judged, in their order (quota.md Q13).
 * @param isFailOpen the counters did not answer, and the request passed within the allowance (quota.md Q55)
 */
export function limitSteps(judged: readonly JudgedLimit[], isFailOpen: boolean): LimitStep[] {
  return judged.map((limit) => stepOf(limit, isFailOpen));
}

function stepOf(limit: JudgedLimit, isFailOpen: boolean): LimitStep {
  const { unit, verdict, enforcement, source } = limit;
  const refusal = verdict === "fits" ? undefined : verdict;
  const isShadow = enforcement === "shadow";
  return {
    kind: "limit",
    verdict: refusal !== undefined && !isShadow ? "deny" : isFailOpen ? "fail_open" : "pass",
    why: isShadow ? undefined : refusal,
    wouldDeny: isShadow ? refusal : undefined,
    axis: limit.axis,
    target: limit.target,
    targetType: limit.targetType,
    unit,
    window: limit.window,
    mode: limit.mode ?? undefined,
    enforcement,
    winner: { limitId: limit.limitId, kind: source.kind, id: source.id },
    cap: amountText(unit, limit.cap),
    boost: boostText(unit, limit.boost),
    used: knownText(unit, limit.used),
    held: knownText(unit, limit.held),
    estimate: amountText(unit, limit.est),
    worst: amountText(unit, limit.worst),
    resetsAt: limit.resetsAt ?? undefined,
  };
}

/** The step of a refusal that no counter was asked for (a block), or whose counters did not answer. */
function deniedStep(denial: Denial): LimitStep {
  const { unit } = denial;
  return {
    kind: "limit",
    verdict: "deny",
    why: denial.reason,
    axis: denial.axis,
    target: denial.target,
    targetType: denial.targetType,
    unit,
    window: denial.window,
    mode: denial.mode ?? undefined,
    enforcement: denial.enforcement,
    winner: { limitId: denial.limitId, kind: denial.subjectType },
    cap: knownText(unit, denial.cap) ?? "block",
    boost: boostText(unit, denial.boost),
    used: knownText(unit, denial.used),
    held: knownText(unit, denial.held),
    estimate: knownText(unit, denial.estimate),
    resetsAt: denial.resetsAt ?? undefined,
  };
}

function amountText(unit: LimitUnit, amount: number): string {
  return unit === "usd" ? formatUsd(amount as NanoUsd) : String(amount);
}

function knownText(unit: LimitUnit, amount: number | null): string | undefined {
  return amount === null ? undefined : amountText(unit, amount);
}

function boostText(unit: LimitUnit, amount: number): string | undefined {
  return amount === 0 ? undefined : amountText(unit, amount);
}
