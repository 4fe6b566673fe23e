import type { Clock } from "./clock";

/** Deadlines that hardly ever come: one timer for all of them, where each request would set and clear its own. */
export type Deadlines = {
  /** Runs `task` once after `ms` milliseconds, not before; deadlines of one instant in the order in which they were set. */
  set(ms: number, task: () => void): Deadline;
};

/** A deadline that has not come. */
export type Deadline = { cancel(): void };

/** The deadlines of one process. */
export function createDeadlines(clock: Clock): Deadlines {
  const list = new DeadlineList(clock);
  return { set: (ms, task) => list.add(clock.monotonic() + ms, task) };
}

class Entry implements Deadline {
  readonly at: number;
  readonly task: (() => void) | null;
  readonly #list: DeadlineList;
  before: Entry = this;
  behind: Entry = this;

  constructor(list: DeadlineList, at: number, task: (() => void) | null) {
    this.#list = list;
    this.at = at;
    this.task = task;
  }

  cancel(): void {
    this.unlink();
    this.#list.rest();
  }

  unlink(): void {
    this.before.behind = this.behind;
    this.behind.before = this.before;
    this.before = this;
    this.behind = this;
  }
}

/** A ring in the order of the deadlines. They come nearly in order, so a new one is put in from the end. */
class DeadlineList {
  readonly #clock: Clock;
  readonly #ring = new Entry(this, Number.NEGATIVE_INFINITY, null);
  /** When the timer fires; one whose deadline was cancelled is kept while others wait, and finds that nothing is due. */
  #timerAt = Number.POSITIVE_INFINITY;
  #cancelTimer: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(at: number, task: () => void): Deadline {
    const entry = new Entry(this, at, task);
    let before = this.#ring.before;
    while (before.at > at) before = before.before;
    entry.before = before;
    entry.behind = before.behind;
    before.behind.before = entry;
    before.behind = entry;
    if (at < this.#timerAt) this.#watch(at);
    return entry;
  }

  /** Lets the timer go when nothing waits. */
  rest(): void {
    if (this.#ring.behind !== this.#ring) return;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#timerAt = Number.POSITIVE_INFINITY;
  }

  #watch(at: number): void {
    this.#cancelTimer?.();
    this.#timerAt = at;
    this.#cancelTimer = this.#clock.after(Math.max(0, at - this.#clock.monotonic()), () => this.#fire());
  }

  #fire(): void {
    this.#timerAt = Number.POSITIVE_INFINITY;
    this.#cancelTimer = null;
    const now = this.#clock.monotonic();
    for (let first = this.#ring.behind; first.task !== null && first.at <= now; first = this.#ring.behind) {
      first.unlink();
      first.task();
    }
    const next = this.#ring.behind;
    if (next.task !== null && next.at < this.#timerAt) this.#watch(next.at);
  }
}
