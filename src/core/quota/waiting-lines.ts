import type { Clock } from "@/lib/clock";

/*
 * Requests that do not fit beside the requests that run now wait here, first come first served, instead of being refused (quota.md Q35).
 * Waiting holds nothing. The head of each bucket's line asks again whenever something of its user ends on this replica, and every 200 ms,
 * since other replicas end requests too.
 */

const WAIT_MS = 2_000;
const ASK_AGAIN_MS = 200;
const PER_BUCKET = 256;
const PER_REPLICA = 2_000;

/** What asking again gave: an end to the wait, or still no room in a bucket. */
export type Turn<Result> =
  | { readonly isOver: true; readonly result: Result }
  | { readonly isOver: false; readonly bucket: string; readonly result: Result };

/** A request that would wait. */
export type Waiting<Result> = {
  readonly userId: number;
  /** Ids of its buckets. */
  readonly buckets: readonly string[];
  /** The bucket without room, and the refusal for when the wait ends without one. */
  readonly bucket: string;
  readonly refusal: Result;
  ask(): Turn<Result> | Promise<Turn<Result>>;
  /** Takes back a result that came when nobody wanted it any more. */
  drop(result: Result): void;
};

/** The lines of one replica. */
export type WaitingLines<Result> = {
  /** Id of a bucket of this user that others wait for; null: none. */
  busyBucket(userId: number, buckets: readonly { readonly id: string }[]): string | null;
  /**
   * Waits for room, 2 s at most. Resolves with the last refusal then, and at once when the line is full. `leave` gives up: `gone` is the result.
   */
  wait(waiting: Waiting<Result>, gone: Result): { readonly result: Promise<Result>; leave(): void };
  /** Something of this user ended. */
  wake(userId: number): void;
  waiting(): number;
};

type Waiter<Result> = Waiting<Result> & {
  bucket: string;
  refusal: Result;
  /** It has its result: it left, its time is over, or it was asked for. */
  hasResult: boolean;
  isDue: boolean;
  isAsking: boolean;
  finish(result: Result): void;
};

type Line<Result> = { waiters: Waiter<Result>[]; isServing: boolean; isAgain: boolean; cancelTick: () => void };

/** Lines without anybody in them. */
export function createWaitingLines<Result>(clock: Clock): WaitingLines<Result> {
  const lines = new Map<number, Line<Result>>();
  const count = () => [...lines.values()].reduce((sum, { waiters }) => sum + waiters.length, 0);
  const serve = (userId: number) => {
    const line = lines.get(userId);
    if (line !== undefined) void serveLine(line);
  };
  const leaveLine = (waiter: Waiter<Result>) => {
    const line = lines.get(waiter.userId);
    if (line === undefined) return;
    line.waiters = line.waiters.filter((other) => other !== waiter);
    if (line.waiters.length > 0) return;
    line.cancelTick();
    lines.delete(waiter.userId);
  };
  const tick = (userId: number): (() => void) =>
    clock.after(ASK_AGAIN_MS, () => {
      const line = lines.get(userId);
      if (line === undefined) return;
      line.cancelTick = tick(userId);
      serve(userId);
    });
  return {
    busyBucket(userId, buckets) {
      const line = lines.size === 0 ? undefined : lines.get(userId);
      if (line === undefined) return null;
      return line.waiters.find(({ bucket }) => buckets.some(({ id }) => id === bucket))?.bucket ?? null;
    },
    wait(waiting, gone) {
      const others = lines.get(waiting.userId)?.waiters ?? [];
      const isFull = others.filter(({ bucket }) => bucket === waiting.bucket).length >= PER_BUCKET;
      if (isFull || count() >= PER_REPLICA) return { result: Promise.resolve(waiting.refusal), leave() {} };
      const { promise, resolve } = Promise.withResolvers<Result>();
      const line = lines.get(waiting.userId) ?? open(lines, waiting.userId, tick);
      const finish = (result: Result) => {
        waiter.hasResult = true;
        cancel();
        leaveLine(waiter);
        resolve(result);
      };
      const waiter: Waiter<Result> = { ...waiting, hasResult: false, isDue: false, isAsking: false, finish };
      const cancel = clock.after(WAIT_MS, () => {
        waiter.isDue = true;
        if (!waiter.isAsking) finish(waiter.refusal);
      });
      line.waiters.push(waiter);
      return {
        result: promise,
        leave() {
          if (!waiter.hasResult) finish(gone);
        },
      };
    },
    wake: serve,
    waiting: count,
  };
}

function open<Result>(
  lines: Map<number, Line<Result>>,
  userId: number,
  tick: (userId: number) => () => void,
): Line<Result> {
  const line: Line<Result> = { waiters: [], isServing: false, isAgain: false, cancelTick: tick(userId) };
  lines.set(userId, line);
  return line;
}

/** Asks for everyone in the line who is not behind another, in the order of arrival; once more if it was woken meanwhile. */
async function serveLine<Result>(line: Line<Result>): Promise<void> {
  line.isAgain = true;
  if (line.isServing) return;
  line.isServing = true;
  while (line.isAgain) {
    line.isAgain = false;
    const full = new Set<string>();
    for (const waiter of line.waiters) {
      const isBehind = waiter.buckets.some((bucket) => full.has(bucket));
      if (!isBehind && !waiter.hasResult) await askFor(waiter, full);
    }
  }
  line.isServing = false;
}

/** Never rejects: `ask` settles every failure itself. */
async function askFor<Result>(waiter: Waiter<Result>, full: Set<string>): Promise<void> {
  waiter.isAsking = true;
  const turn = await waiter.ask();
  waiter.isAsking = false;
  if (turn.isOver) {
    if (waiter.hasResult) waiter.drop(turn.result);
    else waiter.finish(turn.result);
    return;
  }
  waiter.bucket = turn.bucket;
  waiter.refusal = turn.result;
  full.add(turn.bucket);
  if (waiter.isDue && !waiter.hasResult) waiter.finish(turn.result);
}
