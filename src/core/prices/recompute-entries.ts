import type { CostDetail } from "../vocabulary";
import { recompute } from "./recompute";

/** A ledger entry as far as its cost can be computed again. */
export type ChargedEntry = {
  /** 1..99; 100 k + a is the k-th correction of attempt a. */
  readonly attempt: number;
  /** Of a correction: what it adds, which may be negative. */
  readonly costNanoUsd: number;
  readonly detail: CostDetail;
};

/** An entry and what its own snapshot says that it should have cost, nano-USD. */
export type RecomputedEntry = {
  readonly attempt: number;
  readonly costNanoUsd: number;
  readonly computedNanoUsd: number;
};

const CORRECTION = 100;

/**
 * Computes the entries of one request again, each from its own snapshot alone (protocols-and-pricing.md 7.1). A correction holds the snapshot
 * of what its attempt turned out to be, so it should be the difference to what the attempt was charged before.
 */
export function recomputeEntries(entries: readonly ChargedEntry[]): readonly RecomputedEntry[] {
  const charged = new Map<number, number>();
  return [...entries]
    .sort((a, b) => a.attempt - b.attempt)
    .map(({ attempt, costNanoUsd, detail }) => {
      const corrected = attempt % CORRECTION;
      const before = charged.get(corrected) ?? 0;
      charged.set(corrected, before + costNanoUsd);
      return { attempt, costNanoUsd, computedNanoUsd: recompute(detail) - before };
    });
}
