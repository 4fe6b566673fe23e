/** How many upstream replies are read on without a client right now (protocols-and-pricing.md T13). */
export type DrainBudget = {
  /** False above SLUICE_MAX_DRAINS: the call is aborted instead. */
  enter(): boolean;
  leave(): void;
};

/** A budget of `max` drains for one process. */
export function drainBudget(max: number): DrainBudget {
  let running = 0;
  return {
    enter() {
      if (running >= max) return false;
      running++;
      return true;
    },
    leave() {
      running--;
    },
  };
}
