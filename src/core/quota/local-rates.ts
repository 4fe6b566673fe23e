import type { Clock } from "@/lib/clock";
import {
  judgeRates,
  type RateChanges,
  type RateState,
  type RatesFound,
  type RunningLease,
  takeRates,
} from "./judge-rates";
import type { RatesAsk } from "./rate-ask";

/**
 * Rates while the store does not answer (channels-and-rates.md R12): each replica counts by itself, against its share of each number,
 * `max(1, floor(N / replicas))`. What it counted is dropped when the store answers again.
 */
export type LocalRates = {
  /** Null: they fit, and `take` may follow in the same turn. */
  judge(userId: number, rates: RatesAsk): RatesFound["failed"];
  take(userId: number, rates: RatesAsk): void;
  leave(userId: number, requestId: string): void;
  forget(userId: number): void;
};

type Board = { readonly rates: Map<string, RateState>; readonly running: Map<string, RunningLease> };

/** Users of whom something is kept; then all is dropped. */
const MAX_USERS = 50_000;

/** Counters of nobody. `gateways`: replicas that serve calls, as last seen. */
export function createLocalRates(clock: Clock, gateways: () => number): LocalRates {
  const boards = new Map<number, Board>();
  const boardOf = (userId: number): Board => {
    const known = boards.get(userId);
    if (known !== undefined) return known;
    if (boards.size >= MAX_USERS) boards.clear();
    const board = { rates: new Map(), running: new Map() };
    boards.set(userId, board);
    return board;
  };
  return {
    judge: (userId, rates) => judgeRates(boardOf(userId), shareOf(rates, gateways()), clock.now()).failed,
    take(userId, rates) {
      const board = boardOf(userId);
      keep(board, takeRates(board, shareOf(rates, gateways()), clock.now()), clock.now());
    },
    leave: (userId, requestId) => void boards.get(userId)?.running.delete(requestId),
    forget: (userId) => void boards.delete(userId),
  };
}

function keep(board: Board, { rates, running }: RateChanges, now: number): void {
  for (const [id, state] of rates) board.rates.set(id, state);
  for (const [id, state] of board.rates) if (state.expiresAt <= now) board.rates.delete(id);
  if (running !== null) board.running.set(running.requestId, running);
}

function shareOf({ counters, concurrency }: RatesAsk, gateways: number): RatesAsk {
  const share = (amount: number) => Math.max(1, Math.floor(amount / Math.max(1, gateways)));
  const capOf = (cap: number | null) => (cap === null ? null : share(cap));
  return {
    counters: counters.map((counter) => ({
      ...counter,
      limit: share(counter.limit),
      burst: capOf(counter.burst),
    })),
    concurrency:
      concurrency === null ? null : { ...concurrency, user: capOf(concurrency.user), key: capOf(concurrency.key) },
  };
}
