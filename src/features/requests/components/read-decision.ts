import { readLimitSteps, type ShownLimit } from "./read-limit-steps";
import { readRateSteps, type ShownRate } from "./read-rate-steps";

/** What the drawer shows of a stored decision (dashboard.md 7.2); what an older or newer version left out is null. */
export type DecisionFacts = {
  readonly isAdmitted: boolean;
  readonly code: string | null;
  readonly configVersion: number | null;
  readonly requested: string | null;
  readonly billed: string | null;
  readonly mapped: string | null;
  readonly estimatedInputTokens: number | null;
  /** In the order in which they were judged. */
  readonly limits: readonly ShownLimit[];
  /** Of a request that a rate refused: every rate that was judged. */
  readonly rates: readonly ShownRate[];
};

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
const textOf = (value: unknown) => (typeof value === "string" ? value : null);
const numberOf = (value: unknown) => (typeof value === "number" ? value : null);

/** The facts of a decision record; null when there is none. */
export function readDecision(decision: unknown): DecisionFacts | null {
  const given = record(decision);
  if (given.outcome !== "admitted" && given.outcome !== "denied") return null;
  const model = record(given.model);
  return {
    isAdmitted: given.outcome === "admitted",
    code: textOf(given.code),
    configVersion: numberOf(given.configVersion),
    requested: textOf(model.requested),
    billed: textOf(model.billed),
    mapped: textOf(model.mapped),
    estimatedInputTokens: numberOf(record(given.estimate).inputTokens),
    limits: readLimitSteps(given),
    rates: readRateSteps(given),
  };
}
