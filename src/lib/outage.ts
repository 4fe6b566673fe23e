import type { Clock } from "./clock";

/** Whether something that is asked over the network answers. */
export type Outage = {
  /** It failed several times just now: it is not asked for a moment, so that nobody need wait for its time-out. */
  isAway(): boolean;
  /** It has not answered since its last failure. */
  isDown(): boolean;
  /** For how long, ms; 0 while it answers. */
  silentMs(): number;
  /** The last that was asked of it was not answered. */
  hasFailed(): boolean;
  lost(): void;
  answered(): void;
  /** What background work found: it begins and ends an outage, and says nothing of whether to ask. */
  noticed(doesAnswer: boolean): void;
};

const FAILURES = 3;
const PAUSE_MS = 500;

/** It is taken to answer until it does not. */
export function createOutage({ monotonic }: Pick<Clock, "monotonic">): Outage {
  let failures = 0;
  let askAgainAt = 0;
  let downSince: number | null = null;
  return {
    isAway: () => failures >= FAILURES && monotonic() < askAgainAt,
    isDown: () => downSince !== null,
    silentMs: () => (downSince === null ? 0 : monotonic() - downSince),
    hasFailed: () => failures > 0,
    lost() {
      failures++;
      downSince ??= monotonic();
      askAgainAt = monotonic() + PAUSE_MS;
    },
    answered() {
      failures = 0;
      downSince = null;
    },
    noticed(doesAnswer) {
      downSince = doesAnswer ? null : (downSince ?? monotonic());
    },
  };
}
