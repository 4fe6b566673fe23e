import type { Denial } from "@/core/quota/denial";
import { wireAmount } from "@/core/quota/limit-amount";
import { type LimitStanding, remainingOf, usedShareOf } from "@/core/quota/limit-standing";
import type { RateStanding } from "@/core/quota/rate-standing";

/** What the headers of one reply say about limits (protocols-and-pricing.md 2.4). */
export type LimitFacts = {
  /** In the order of quota.md Q13; empty: no limit applies, or the counters were not asked. */
  readonly standings: readonly LimitStanding[];
  /** The tightest rate per minute; null: none applies. */
  readonly rate: RateStanding | null;
  /** Slug of the request's model group; null: none. */
  readonly modelGroup: string | null;
  /** Why a limit refused the request; null: none did. */
  readonly denial: Denial | null;
  /** Headers of the request, names in lower case. */
  readonly client: Readonly<Record<string, string>>;
  /** Epoch ms. */
  readonly now: number;
};

const MAX_LISTED = 12;

/** `x-sluice-model-group` and `x-sluice-limits`, the same in every protocol; a new object to add others to. */
export function sharedLimitHeaders({ standings, modelGroup }: LimitFacts): Record<string, string> {
  const headers: Record<string, string> = {};
  if (modelGroup !== null) headers["x-sluice-model-group"] = modelGroup;
  if (standings.length > 0) headers["x-sluice-limits"] = listed(standings);
  return headers;
}

/** The standing of unit tokens with least remaining; null without one. */
export function tightestTokens(standings: readonly LimitStanding[]): LimitStanding | null {
  let tightest: LimitStanding | null = null;
  for (const standing of standings) {
    if (standing.unit !== "tokens") continue;
    if (tightest === null || remainingOf(standing) < remainingOf(tightest)) tightest = standing;
  }
  return tightest;
}

/** The window of a length that is used most, over both axes and all units; null without one. */
export function fullestOf(standings: readonly LimitStanding[], window: LimitStanding["window"]): LimitStanding | null {
  let found: LimitStanding | null = null;
  for (const standing of standings) {
    if (standing.window !== window) continue;
    if (found === null || usedShareOf(standing) > usedShareOf(found)) found = standing;
  }
  return found;
}

/** An instant in whole epoch seconds, rounded up. */
export function epochSeconds(at: number): number {
  return Math.ceil(at / 1_000);
}

function listed(standings: readonly LimitStanding[]): string {
  const ordered =
    standings.length < 2
      ? standings
      : standings.toSorted((a, b) => usedShareOf(b) - usedShareOf(a)).slice(0, MAX_LISTED);
  // Joined, not added up: the text is flat at once, and is read and copied several times on its way out.
  return ordered.map(itemOf).join(", ");
}

function itemOf(standing: LimitStanding): string {
  const { item, unit, resetsAt } = standing;
  const reset = resetsAt === null ? 0 : epochSeconds(resetsAt);
  return `${item}${wireAmount(unit, remainingOf(standing))};reset=${reset}`;
}
