/** The only source of time. Instants are epoch milliseconds. */
export type Clock = {
  /** Wall time in epoch milliseconds. */
  now(): number;
  /** Monotonic milliseconds with fractions, for durations only. */
  monotonic(): number;
  /** Runs `task` once after `ms` milliseconds and returns a canceller. Timers never keep the process alive. */
  after(ms: number, task: () => void): () => void;
};

/** The clock of the running process. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, task) {
    const timer: { unref?(): unknown } | number = setTimeout(task, ms);
    // In a browser it is a number.
    if (typeof timer === "object") timer.unref?.();
    return () => clearTimeout(timer as number);
  },
};
