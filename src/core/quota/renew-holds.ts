import type { Clock } from "@/lib/clock";
import { ceilingNow, type HoldBook, openHoldOf } from "./hold-book";
import type { QuotaStore, RenewReply } from "./quota-store";

/** What renewing works with. */
export type RenewDeps = {
  readonly store: QuotaStore;
  readonly book: HoldBook;
  readonly clock: Clock;
  readonly replica: string;
  readonly ttlMs: number;
};

/**
 * Renews every running hold of this replica with what it may be billed by now, and announces those that the counters have lost (quota.md
 * Q36, Q38, Q49). Returns how many holds the store thinks ended. Throws what the store throws.
 */
export async function renewHolds({ store, book, clock, replica, ttlMs }: RenewDeps): Promise<number> {
  const running = book.running().filter(({ hold }) => hold.buckets.length > 0 || hold.rates !== undefined);
  if (running.length === 0) return 0;
  const replies = await store.renew(
    running.map((booked) => {
      const { userId, id } = booked.hold;
      return { userId, holdId: id, ttlMs, ceilingNanoUsd: ceilingNow(booked) };
    }),
  );
  const lost = running.filter((booked, index) => replies[index] === "unknown" && booked.ended === null);
  if (lost.length > 0) await store.announce(lost.map((booked) => openHoldOf(booked, replica, clock.now() + ttlMs)));
  const isClosed = (reply: RenewReply | undefined) => reply === "settled" || reply === "voided";
  return running.filter(({ ended }, index) => ended === null && isClosed(replies[index])).length;
}
