import type { Clock } from "@/lib/clock";

/** A clock that stands still until `advance` moves it; timers fire in order while it moves. */
export type FakeClock = Clock & {
  /** Moves time on by `ms`, running the timers that fall due. */
  advance(ms: number): void;
  /** Timers that have not fired. */
  pending(): number;
};

/** A fake clock that starts at an ISO instant. */
export function fakeClock(start = "2026-11-21T12:00:00Z"): FakeClock {
  let now = Date.parse(start);
  const origin = now;
  let nextId = 0;
  const timers = new Map<number, { at: number; task: () => void }>();
  const nextDue = (until: number) =>
    [...timers].filter(([, timer]) => timer.at <= until).sort((a, b) => a[1].at - b[1].at || a[0] - b[0])[0];
  return {
    now: () => now,
    monotonic: () => now - origin,
    after(ms, task) {
      const id = nextId++;
      timers.set(id, { at: now + ms, task });
      return () => {
        timers.delete(id);
      };
    },
    advance(ms) {
      const until = now + ms;
      for (let due = nextDue(until); due !== undefined; due = nextDue(until)) {
        timers.delete(due[0]);
        now = Math.max(now, due[1].at);
        due[1].task();
      }
      now = until;
    },
    pending: () => timers.size,
  };
}
