import type { AcquireReply, LimitedChannel, OwnSlots, SlotStanding, SlotStats } from "@/core/channels/channel-slots";
import type { ChannelLimiter } from "@/core/channels/limiter";
import { FIRST_HOLD_MS } from "@/core/channels/slot-rules";

/** A slot of this replica. */
export type BookedSlot = {
  readonly startedAt: number;
  /** The store has it; the others are noted with the next beat. */
  isShared: boolean;
  /** The store may have it: a beat that noted it was not answered. */
  isPerhapsShared: boolean;
};

/** A request of this replica that has no outcome yet. */
export type BookedWaiter = {
  readonly token: string;
  readonly keyId: number;
  readonly askedAt: number;
  /** Ticket in the store's queue; null until the store has answered. */
  number: string | null;
  /** The store is being asked whether its time was over first. */
  isLeaving: boolean;
  /** Once, and the waiter is out of the book then. */
  finish(reply: AcquireReply): void;
  /** The store does not answer. */
  fail(error: unknown): void;
};

/** What this replica has of one channel. */
export type BookedChannel = {
  readonly id: number;
  limiter: ChannelLimiter;
  isOpen: boolean;
  isListed: boolean;
  /** The store's epoch that slots and tickets are noted in; "" before the first answer. */
  epoch: string;
  readonly running: Map<string, BookedSlot>;
  readonly waiters: Map<string, BookedWaiter>;
  /** Tokens that ended without the store's answer. */
  readonly ended: Set<string>;
  /** The standing that the store told last. */
  seen: SlotStanding;
  /** How many slots it told of then, and when, monotonic ms. */
  seenLoad: { readonly inFlight: number; readonly at: number };
  leasesLost: number;
  lastBeatAt: number;
  failedBeats: number;
  /** How many slots without a limiter the store was told of. */
  toldOff: number;
  /** The beat that notes what the store must know before it is asked for a slot. */
  noting: Promise<void> | null;
};

/** All channels that this replica knows, by id. */
export type SlotBook = { readonly channels: Map<number, BookedChannel>; version: number };

/** Enters a channel. */
export function bookChannel({ channels }: SlotBook, { id, isOpen, limiter }: LimitedChannel): BookedChannel {
  const channel: BookedChannel = {
    ...{ id, limiter, isOpen, isListed: true, epoch: "", running: new Map(), waiters: new Map(), ended: new Set() },
    seen: { channelId: id, waiting: 0, capacity: limiter.capacity, holdMs: FIRST_HOLD_MS },
    seenLoad: { inFlight: 0, at: Number.NEGATIVE_INFINITY },
    ...{ leasesLost: 0, lastBeatAt: Number.NEGATIVE_INFINITY, failedBeats: 0, toldOff: 0, noting: null },
  };
  channels.set(id, channel);
  return channel;
}

/** Takes over a configuration; returns the channels whose limiter or state is another now. */
export function configureBook(book: SlotBook, channels: readonly LimitedChannel[]): readonly BookedChannel[] {
  const changed: BookedChannel[] = [];
  const listed = new Set(channels.map(({ id }) => id));
  for (const given of channels) {
    const channel = book.channels.get(given.id);
    if (channel === undefined) bookChannel(book, given);
    else if (change(channel, given)) changed.push(channel);
  }
  for (const channel of book.channels.values()) {
    if (listed.has(channel.id)) continue;
    if (change(channel, { id: channel.id, isOpen: false, limiter: channel.limiter })) changed.push(channel);
    channel.isListed = false;
    forgetIfOver(book, channel);
  }
  return changed;
}

function change(channel: BookedChannel, given: LimitedChannel): boolean {
  const { isOpen, limiter } = channel;
  Object.assign(channel, { isOpen: given.isOpen, limiter: given.limiter, isListed: true });
  channel.seen = { ...channel.seen, capacity: given.limiter.capacity };
  const [before, after] = [limiter, given.limiter].map((of) => JSON.stringify(Object.entries(of).sort()));
  return isOpen !== given.isOpen || before !== after;
}

/** A deleted channel stays until its last slot is back and its waiters know (L9). */
export function forgetIfOver({ channels }: SlotBook, { id, isListed, running, waiters, ended }: BookedChannel): void {
  if (!isListed && running.size + waiters.size + ended.size === 0) channels.delete(id);
}

/** Slots that no limiter counts: they ran when the mode was off, and it still is. */
export function countOff({ limiter, running }: BookedChannel): number {
  if (limiter.mode !== "off") return 0;
  let count = 0;
  for (const { isShared } of running.values()) if (!isShared) count++;
  return count;
}

/** Whether the store must note a slot before it can decide. */
export function hasUnnoted({ limiter, running }: BookedChannel): boolean {
  if (limiter.mode === "off") return false;
  for (const { isShared } of running.values()) if (!isShared) return true;
  return false;
}

/** Whether anything of this replica must be renewed. */
export function isAlive({ running, waiters, ended, toldOff }: BookedChannel): boolean {
  return running.size + waiters.size + ended.size + toldOff > 0;
}

/** What the store told of a channel last, which says little after a second; null by then. */
export function glanceAt({ id, limiter, seen, seenLoad }: BookedChannel, now: number): SlotStats | null {
  if (now - seenLoad.at > SEEN_MS) return null;
  const { mode, queueSize } = limiter;
  return { ...seen, channelId: id, mode, queueSize, inFlight: seenLoad.inFlight, oldestWaitMs: 0 };
}

const SEEN_MS = 1_000;

/** This replica's figures of a channel. */
export function ownSlots({ id, running, waiters, leasesLost }: BookedChannel): OwnSlots {
  return { channelId: id, inFlight: running.size, waiting: waiters.size, leasesLost };
}
