import type { Clock } from "@/lib/clock";
import { type Amounts, amountsFor, type Hold, requestIdOfHold } from "./hold";
import { type BookedHold, endOf, type HoldBook } from "./hold-book";
import type { EndReply, QuotaStore, ReserveAsk } from "./quota-store";
import type { RunningRequest } from "./rate-ask";

/** What ending holds works with. */
export type HoldEndsDeps = {
  readonly store: QuotaStore;
  readonly book: HoldBook;
  readonly clock: Clock;
  readonly degraded: { endedAlone(hold: Hold, ended: Ended): void };
  /**
   * Resolves when the journal's frames of this turn are written. Counters that outlive this process must not know of an end before its frame
   * is: whoever replays the journal would charge the ceiling beside it. null: the counters die with this process.
   */
  readonly written: (() => Promise<void>) | null;
  /** Room may have come free. */
  onEnded(userId: number): void;
  /** The counters of this user may differ from the ledger. */
  onDoubt(userId: number): void;
  onFault(fault: { readonly kind: "store"; readonly error: unknown }): void;
};

/** How a hold ended. */
export type Ended = Omit<NonNullable<BookedHold["ended"]>, "endedAt">;

/** Ends of holds on their way to the store: at least once, whatever the store does meanwhile (quota.md Q46). */
export type HoldEnds = {
  settle(hold: Hold, actual: Amounts, hasFinished?: boolean): void;
  void(hold: Hold): void;
  /** A reserve whose answer never came, and that nobody waits for: shuts it out. */
  voidUnknown(sent: ReserveAsk): void;
  /**
   * Tells the store again what it has not answered. Returns the users with ends that are too old to be told: their counters must be rebuilt,
   * until which they are returned again.
   */
  resend(): readonly number[];
  /** The counters of a user were rebuilt: they have what is in the ledger, and every other hold of this replica as an open one, of any age. */
  retell(userId: number): void;
  /** There is nothing to rebuild. */
  forgetOld(userId: number): void;
};

/** What is older never changes counters by difference (quota.md Q46). */
const MAX_AGE_MS = 600_000;

/** Whether an end of this instant (epoch ms) may no longer reach the counters by itself: its user is rebuilt instead. */
export function isTooOld(at: number, now: number): boolean {
  return now - at >= MAX_AGE_MS;
}

/** Sends ends behind the request: nobody waits for them. */
export function createHoldEnds(deps: HoldEndsDeps): HoldEnds {
  const { book, clock, degraded, written } = deps;
  const isOld = ({ ended }: BookedHold) => isTooOld(ended?.endedAt ?? 0, clock.now());
  const unansweredOf = (userId: number) => book.unanswered().filter(({ hold }) => hold.userId === userId);
  const end = (hold: Hold, given: Ended) => {
    if (hold.buckets.length === 0 && hold.rates === undefined) return;
    if (hold.failOpen) degraded.endedAlone(hold, given);
    const booked = book.end(hold.id, { ...given, endedAt: clock.now() });
    if (booked === null) return;
    if (written === null) tell(booked, deps);
    else written().then(() => tell(booked, deps), ignoreUnwritten);
  };
  return {
    settle(hold, actual, hasFinished = true) {
      const settled = { kind: "settled" as const, actual: amountsFor(hold.buckets, actual) };
      // Only who took a unit of a rate has one to give back.
      end(hold, hasFinished || hold.rates === undefined ? settled : { ...settled, failed: true });
    },
    void: (hold) => end(hold, { kind: "voided", actual: [] }),
    voidUnknown({ userId, holdId, buckets, record, rates }) {
      const held = buckets.map((bucket) => ({ ...bucket, slot: 0 }));
      const hold = { id: holdId, requestId: requestIdOfHold(holdId), no: 0, userId, at: clock.now(), record };
      const concurrency = rates?.concurrency ?? null;
      const place = concurrency === null ? {} : { place: { userId, ...concurrency } };
      book.open({ ...hold, buckets: held, ...(rates === undefined ? {} : { rates }), ...place });
      book.end(holdId, { kind: "voided", actual: [], endedAt: clock.now() });
    },
    resend() {
      const old = new Set<number>();
      for (const booked of book.unanswered()) {
        if (isOld(booked)) old.add(booked.hold.userId);
        else tell(booked, deps);
      }
      return [...old];
    },
    retell(userId) {
      for (const booked of unansweredOf(userId)) {
        // The store no longer knows that it ended: it would count twice.
        if (booked.isFlushed && isOld(booked)) book.answered(booked);
        else tell(booked, deps);
      }
    },
    forgetOld(userId) {
      for (const booked of unansweredOf(userId)) if (isOld(booked)) book.answered(booked);
    },
  };
}

/** The journal has said so; the end is told with the next round, every 15 s. */
function ignoreUnwritten(): void {}

function tell(booked: BookedHold, deps: HoldEndsDeps): void {
  const end = endOf(booked);
  if (end === null) return;
  const { store, onFault } = deps;
  try {
    const reply = booked.ended?.kind === "voided" ? store.void(end) : store.settle(end);
    if (booked.hold.place !== undefined) leave(booked.hold.place, deps);
    if (reply instanceof Promise)
      reply.then(
        (answer) => heard(booked, answer, deps),
        (error) => onFault({ kind: "store", error }),
      );
    else heard(booked, reply, deps);
  } catch (error) {
    onFault({ kind: "store", error });
  }
}

function leave(place: RunningRequest, { store, onFault }: HoldEndsDeps): void {
  const left = store.leave(place);
  if (left instanceof Promise) left.catch((error) => onFault({ kind: "store", error }));
}

/** A domain without an epoch has taken nothing: the end is told again after its rebuild. */
function heard(booked: BookedHold, reply: EndReply, { book, onEnded, onDoubt }: HoldEndsDeps): void {
  // Another one settled it, perhaps at its ceiling: the ledger has the truth by now, as a correction (quota.md Q40).
  if (reply.kind === "duplicate" && booked.ended?.kind === "settled") onDoubt(booked.hold.userId);
  if (reply.kind !== "rebuild") book.answered(booked);
  onEnded(booked.hold.userId);
}
