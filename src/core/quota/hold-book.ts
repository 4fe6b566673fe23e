import type { Hold, HoldBucket } from "./hold";
import { requestIdOfHold } from "./hold";
import { initialCeiling } from "./initial-ceiling";
import type { EndAsk, OpenHold } from "./quota-store";
import type { RateAsk, RunningRequest } from "./rate-ask";

/** What the book keeps of a hold. */
export type BookedHold = {
  readonly hold: Pick<Hold, "id" | "requestId" | "no" | "userId" | "at" | "record"> & {
    readonly buckets: readonly HoldBucket[];
    readonly rates?: { readonly counters: readonly RateAsk[] } | undefined;
    /** A place that may be held although nobody learnt of it: left when its void is told. */
    readonly place?: RunningRequest | undefined;
  };
  /** null while it is open. */
  ended: {
    readonly kind: "settled" | "voided";
    readonly actual: readonly number[];
    readonly endedAt: number;
    /** It did not finish successfully. */
    readonly failed?: boolean;
  } | null;
  /** What it may be billed if this process dies, as last told, nano-USD; its expected cost at first. */
  ceilingNanoUsd: number;
  /** Who tells it anew; null: nobody. */
  follow: (() => number | null) | null;
  /** The store has answered its end. */
  isAnswered: boolean;
  /** Its rows are in the ledger. */
  isFlushed: boolean;
};

/** The holds of this replica that the counters or the ledger do not know the end of yet. */
export type HoldBook = {
  open(hold: BookedHold["hold"]): void;
  /** Notes the end before the store is told. Null: the hold is not in the book. */
  end(id: string, end: NonNullable<BookedHold["ended"]>): BookedHold | null;
  answered(booked: BookedHold): void;
  /** These requests are in the ledger. */
  flushed(requestIds: readonly string[]): void;
  find(id: string): BookedHold | null;
  /** Asked for the ceiling of a running hold at each renewal. */
  follow(id: string, ceilingNanoUsd: () => number | null): void;
  /** Holds of one user that a rebuild must not lose: open ones, and ended ones that the ledger does not have yet. */
  ofUser(userId: number): readonly BookedHold[];
  running(): readonly BookedHold[];
  /** Ended holds whose end the store has not answered. */
  unanswered(): readonly BookedHold[];
  /** The counters of a user were rebuilt: what had ended and is not in the ledger must be told again. */
  forgetAnswers(userId: number): void;
};

/** An empty book. A hold leaves it when the store has answered its end and, if settled, its rows are in the ledger. */
export function createHoldBook(): HoldBook {
  const requests = new Map<string, BookedHold[]>();
  const leave = (booked: BookedHold) => {
    const isKnown = booked.isFlushed || booked.ended?.kind === "voided";
    if (booked.ended === null || !booked.isAnswered || !isKnown) return;
    const { requestId } = booked.hold;
    const rest = requests.get(requestId)?.filter((other) => other !== booked) ?? [];
    if (rest.length === 0) requests.delete(requestId);
    else requests.set(requestId, rest);
  };
  const find = (id: string) => requests.get(requestIdOfHold(id))?.find(({ hold }) => hold.id === id) ?? null;
  const all = (test: (booked: BookedHold) => boolean) => [...requests.values()].flat().filter(test);
  return {
    open({ id, requestId, no, userId, at, record, buckets, rates, place }) {
      // What else a caller's hold has, its lines and their resolution, need not live until the ledger has the request.
      const hold = { id, requestId, no, userId, at, record, buckets, rates, place };
      const ceilingNanoUsd = initialCeiling(buckets);
      const booked = { hold, ceilingNanoUsd, follow: null, ended: null, isAnswered: false, isFlushed: false };
      const others = requests.get(hold.requestId);
      requests.set(hold.requestId, others === undefined ? [booked] : [...others, booked]);
    },
    end(id, end) {
      const booked = find(id);
      if (booked === null) return null;
      booked.ended = end;
      booked.follow = null;
      return booked;
    },
    answered(booked) {
      booked.isAnswered = true;
      leave(booked);
    },
    flushed(requestIds) {
      for (const requestId of requestIds) {
        for (const booked of requests.get(requestId) ?? []) {
          booked.isFlushed = true;
          leave(booked);
        }
      }
    },
    find,
    follow(id, ceilingNanoUsd) {
      const booked = find(id);
      if (booked !== null) booked.follow = ceilingNanoUsd;
    },
    ofUser: (userId) => all(({ hold, isFlushed }) => hold.userId === userId && !isFlushed),
    running: () => all(({ ended }) => ended === null),
    unanswered: () => all(({ ended, isAnswered }) => ended !== null && !isAnswered),
    forgetAnswers(userId) {
      for (const booked of all(({ hold, ended }) => hold.userId === userId && ended !== null))
        booked.isAnswered = false;
    },
  };
}

/** What a booked hold may be billed if this process dies now, nano-USD (quota.md Q38). */
export function ceilingNow(booked: BookedHold): number {
  booked.ceilingNanoUsd = booked.follow?.() ?? booked.ceilingNanoUsd;
  return booked.ceilingNanoUsd;
}

/** A booked hold as the store keeps it. */
export function openHoldOf(booked: BookedHold, replica: string, expiresAt: number): OpenHold {
  const { userId, id, at, record, buckets, rates } = booked.hold;
  const hold = { userId, holdId: id, replica, at, record, ceilingNanoUsd: ceilingNow(booked), expiresAt, buckets };
  // What it gave back may be back already: units outlive a rebuild, and none is ever given back twice.
  return rates === undefined || booked.ended !== null ? hold : { ...hold, rates: rates.counters };
}

/** The end of a booked hold as the store is told; null while it is open. */
export function endOf({ hold, ended }: BookedHold): EndAsk | null {
  if (ended === null) return null;
  const end = { userId: hold.userId, holdId: hold.id, at: hold.at, buckets: hold.buckets, actual: ended.actual };
  return ended.failed === true ? { ...end, failed: true } : end;
}
