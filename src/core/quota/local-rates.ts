import type { Clock } from "@/lib/clock";
import type { Hold } from "./hold";
import type { Ended } from "./hold-ends";
import {
  giveRatesBack,
  judgeRates,
  type RateState,
  type RatesFound,
  type RunningLease,
  takeRates,
} from "./judge-rates";
import type { QuotaRates } from "./quota";
import type { RateAsk, RunningRequest } from "./rate-ask";

/** What a refusal says: the share of this replica in place of each number. */
export type LocalRefusal = NonNullable<RatesFound["failed"]> & { readonly rates: QuotaRates };

/**
 * Rates while the store does not answer (channels-and-rates.md R12): each replica counts by itself, against its share of each number,
 * `max(1, floor(N / replicas))`. What it counted is dropped when the store answers again.
 */
export type LocalRates = {
  /** Null: they fit, and `take` may follow in the same turn. */
  judge(userId: number, rates: QuotaRates): LocalRefusal | null;
  take(userId: number, rates: QuotaRates): void;
  /** A void gives all units of the hold back, a failed settlement those of `successful`. */
  giveBack(hold: Pick<Hold, "userId" | "at" | "rates">, ended: Ended): void;
  leave(userId: number, requestId: string): void;
  forget(userId: number): void;
};

/** What it works with. */
export type LocalRatesDeps = {
  readonly clock: Clock;
  /** Replicas that serve calls, as last seen. */
  gateways(): number;
  /** Requests that were known to run here already. */
  runningOf(userId: number): readonly RunningRequest[];
};

type Board = { readonly rates: Map<string, RateState>; readonly running: Map<string, RunningLease> };

/** Users of whom something is kept; then all is dropped. */
const MAX_USERS = 50_000;

/** Counters of nobody. */
export function createLocalRates({ clock, gateways, runningOf }: LocalRatesDeps): LocalRates {
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
    judge(userId, rates) {
      const board = boardOf(userId);
      const until = Number.POSITIVE_INFINITY;
      for (const { requestId, keyId } of runningOf(userId)) board.running.set(requestId, { keyId, until });
      const shared = shareOf(rates, gateways());
      const { failed } = judgeRates(board, shared, clock.now());
      return failed === null ? null : { ...failed, rates: shared };
    },
    take(userId, rates) {
      const board = boardOf(userId);
      const now = clock.now();
      const taken = takeRates(board, shareOf(rates, gateways()), now);
      keep(board, taken.rates, now);
      if (taken.running !== null) board.running.set(taken.running.requestId, taken.running);
    },
    giveBack({ userId, at, rates }, { kind, failed }) {
      const board = boards.get(userId);
      if (board === undefined || rates === undefined) return;
      const isBack = ({ metric }: RateAsk) => kind === "voided" || (failed === true && metric === "successful");
      const now = clock.now();
      const counters = rates.counters.filter(isBack).map((counter) => shared(counter, gateways()));
      keep(board, giveRatesBack(board, counters, { takenAt: at, now }), now);
    },
    leave: (userId, requestId) => void boards.get(userId)?.running.delete(requestId),
    forget: (userId) => void boards.delete(userId),
  };
}

function keep(board: Board, rates: readonly (readonly [string, RateState])[], now: number): void {
  for (const [id, state] of rates) board.rates.set(id, state);
  for (const [id, state] of board.rates) if (state.expiresAt <= now) board.rates.delete(id);
}

function shareOf({ counters, concurrency }: QuotaRates, gateways: number): QuotaRates {
  const capOf = (cap: number | null) => (cap === null ? null : share(cap, gateways));
  return {
    counters: counters.map((counter) => shared(counter, gateways)),
    concurrency:
      concurrency === null ? null : { ...concurrency, user: capOf(concurrency.user), key: capOf(concurrency.key) },
  };
}

function shared<Counter extends RateAsk>(counter: Counter, gateways: number): Counter {
  const { limit, burst } = counter;
  return { ...counter, limit: share(limit, gateways), burst: burst === null ? null : share(burst, gateways) };
}

function share(amount: number, gateways: number): number {
  return Math.max(1, Math.floor(amount / Math.max(1, gateways)));
}
