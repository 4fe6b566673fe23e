import type { ChannelBreaker } from "./breaker";
import type { OutcomeCounts } from "./outcome-window";

/*
 * The breaker of a channel as values (channels-and-rates.md C12): closed, until failures open it; open until an instant, then due: one probe at a
 * time decides. A bad probe opens it for longer, two good ones in a row close it. What other attempts do meanwhile says nothing.
 */

/** Where a breaker is. `until` is an instant of the monotonic clock, after which it is due for probes. */
export type BreakerState =
  | { readonly phase: "closed" }
  | {
      readonly phase: "open";
      readonly until: number;
      /** How often it opened since it was last closed, from 1. */
      readonly openings: number;
      /** Good probes in a row since it became due. */
      readonly goodProbes: number;
    };

/** What is counted while it is closed. */
export type BreakerCounts = OutcomeCounts & { readonly consecutiveFailures: number };

/** A breaker that lets everything pass. */
export const CLOSED: BreakerState = { phase: "closed" };

const PROBES_TO_CLOSE = 2;
const MAX_GROWTH = 10;

/** True when failures open a closed breaker: enough in a row, or a share of enough attempts. */
export function isTripped({ attempts, failures, consecutiveFailures }: BreakerCounts, rules: ChannelBreaker): boolean {
  if (!rules.enabled || failures === 0) return false;
  if (Math.min(consecutiveFailures, failures) >= rules.failures) return true; // those of the window
  return attempts >= rules.minAttempts && failures * 100 >= rules.ratioPct * attempts;
}

/** Opens it, for the first time or again: `openMs`, doubled by each reopening, at most tenfold. */
export function opened(before: BreakerState, { openMs }: ChannelBreaker, now: number): BreakerState {
  const openings = before.phase === "closed" ? 1 : before.openings + 1;
  const growth = Math.min(2 ** (openings - 1), MAX_GROWTH);
  return { phase: "open", until: now + openMs * growth, openings, goodProbes: 0 };
}

/** What a probe makes of a breaker that was due. */
export function probed(
  before: BreakerState,
  isGood: boolean,
  at: { rules: ChannelBreaker; now: number },
): BreakerState {
  if (before.phase === "closed") return before;
  if (!isGood) return opened(before, at.rules, at.now);
  const goodProbes = before.goodProbes + 1;
  return goodProbes >= PROBES_TO_CLOSE ? CLOSED : { ...before, goodProbes };
}

/** `closed`: pass. `open`: out. `due`: out but for one probe. */
export function phaseAt(state: BreakerState, now: number): "closed" | "open" | "due" {
  if (state.phase === "closed") return "closed";
  return now < state.until ? "open" : "due";
}
