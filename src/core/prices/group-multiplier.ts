/** What groups say of costs: a multiplier in millionths; null: nothing. */
export type WithMultiplier = { readonly costMultiplierPpm: number | null };

/** A multiplier of one, in millionths. */
const NONE = 1_000_000;

/**
 * The multiplier of a user's groups in millionths: the lowest that is set on any of them, as the best of a user's groups counts for limits too
 * (protocols-and-pricing.md 7.1). 1,000,000 when none sets one.
 */
export function groupMultiplier(groups: readonly WithMultiplier[]): number {
  let lowest: number | null = null;
  for (const { costMultiplierPpm } of groups) {
    if (costMultiplierPpm !== null && (lowest === null || costMultiplierPpm < lowest)) lowest = costMultiplierPpm;
  }
  return lowest ?? NONE;
}
