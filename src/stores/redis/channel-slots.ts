import type { ChannelSlots, SlotStanding, SlotStats } from "@/core/channels/channel-slots";
import { NO_LIMITER } from "@/core/channels/limiter";
import { FIRST_HOLD_MS } from "@/core/channels/slot-rules";
import type { Clock } from "@/lib/clock";
import { createDeadlines } from "@/lib/deadlines";
import type { CounterPlace } from "./redis-keys";
import { SLOT_STATS } from "./scripts/slot-stats.lua";
import { askForSlot, tryForSlot } from "./slot-asks";
import { type BeatPeriods, beatChannel, createBeats, noteChannel } from "./slot-beats";
import {
  type BookedChannel,
  bookChannel,
  configureBook,
  countOff,
  glanceAt,
  isAlive,
  ownSlots,
  type SlotBook,
} from "./slot-book";
import { readStats, readWake } from "./slot-calls";
import { bookSlot, callStore, detach, endWaits, mintToken, type SlotDesk } from "./slot-desk";
import { openWakeChannel } from "./wake-channel";

/** What the store works with. */
export type RedisChannelSlotsOptions = CounterPlace & {
  readonly clock: Clock;
  /** Random per start; begins the tokens, and must not hold a colon or a space. */
  readonly replica: string;
  /** 30 s, 10 s and 1 s unless told. */
  readonly periods?: SlotPeriods;
  /** The store did not answer; what it missed is told again. */
  onError(error: unknown): void;
};

/** How long leases and tickets live without a beat, and how often this replica beats, ms. */
export type SlotPeriods = BeatPeriods & { readonly ttlMs: number };

/** Slots over all replicas. Calls reject when the store does not answer; whether they took effect is made up for by the beats. */
export type RedisChannelSlots = ChannelSlots & {
  stats(channelIds: readonly number[]): Promise<readonly SlotStats[]>;
  /** Renews all that this replica has, now. */
  beat(): Promise<void>;
  /** Resolves when no call is under way. */
  idle(): Promise<void>;
};

const PERIODS: SlotPeriods = { ttlMs: 30_000, beatMs: 10_000, waitingBeatMs: 1_000 };

/**
 * The limiter of any number of replicas (channels-and-rates.md 2.3). The store decides in one script per call; this replica keeps a book of
 * its own slots and waiters, renews them, and notes them again after the store has lost them. With mode off nothing is asked: slots are
 * counted here and told with the beats.
 */
export function redisChannelSlots(options: RedisChannelSlotsOptions): RedisChannelSlots {
  const { client, keys, replica, clock, onError, periods = PERIODS } = options;
  const book: SlotBook = { channels: new Map(), version: Number.NEGATIVE_INFINITY };
  const beats = createBeats(clock, periods);
  const desk: SlotDesk = {
    ...{ client, keys, replica, clock, onError, book, ttlMs: periods.ttlMs, underWay: new Set(), tokens: 0 },
    keepBeating: () => beats.keepBeating(desk),
  };
  const closeWake = openWakeChannel({ client, name: `${keys.wakes}${replica}` }, { onError, onMessage: wake(desk) });
  const deadlines = createDeadlines(clock);
  const openChannel = (id: number): BookedChannel | null => {
    const channel = book.channels.get(id);
    return channel?.isOpen === true ? channel : null;
  };
  return {
    tryAcquire(channelId) {
      const channel = openChannel(channelId);
      if (channel === null) return goneFrom(desk, channelId);
      return isUncounted(channel) ? grantHere(desk, channel) : tryForSlot(desk, channel);
    },
    acquire(ask) {
      const channel = openChannel(ask.channelId);
      if (channel === null) return goneFrom(desk, ask.channelId);
      if (ask.deadlineMs <= 0 || ask.signal?.aborted === true)
        return { kind: "cancelled", waitedMs: 0, ...channel.seen };
      return isUncounted(channel) ? grantHere(desk, channel) : askForSlot(desk, channel, { ...ask, deadlines });
    },
    adopt(channelId) {
      const unknown = { id: channelId, isOpen: false, limiter: NO_LIMITER };
      const channel = book.channels.get(channelId) ?? bookChannel(book, unknown);
      const slot = bookSlot(desk, channel, { token: mintToken(desk), isShared: false });
      if (!isUncounted(channel)) detach(desk, noteChannel(desk, channel));
      return slot;
    },
    stats: (channelIds) =>
      Promise.all(channelIds.flatMap((id) => book.channels.get(id) ?? []).map((channel) => statsOf(desk, channel))),
    glance(channelId) {
      const channel = book.channels.get(channelId);
      return channel === undefined ? null : glanceAt(channel, clock.monotonic());
    },
    own: () => [...book.channels.values()].map(ownSlots),
    configure(channels, version) {
      if (version < book.version) return;
      book.version = version;
      for (const channel of configureBook(book, channels)) detach(desk, noteChannel(desk, channel));
    },
    async beat() {
      await Promise.all([...book.channels.values()].filter(isAlive).map((channel) => beatChannel(desk, channel)));
    },
    idle: () => idle(desk),
    async close() {
      beats.stop();
      await giveBack(desk);
      closeWake();
    },
  };
}

function wake(desk: SlotDesk): (text: string) => void {
  return (text) => {
    const { channelId, ended } = readWake(text);
    const channel = desk.book.channels.get(channelId);
    if (channel !== undefined) endWaits(desk, channel, ended);
  };
}

function isUncounted({ limiter }: BookedChannel): boolean {
  return limiter.mode === "off";
}

function grantHere(desk: SlotDesk, channel: BookedChannel) {
  const slot = bookSlot(desk, channel, { token: mintToken(desk), isShared: false });
  return { kind: "granted", slot, waitedMs: 0 } as const;
}

function goneFrom({ book }: SlotDesk, channelId: number) {
  const nothing: SlotStanding = { channelId, waiting: 0, capacity: null, holdMs: FIRST_HOLD_MS };
  return { kind: "gone", waitedMs: 0, ...(book.channels.get(channelId)?.seen ?? nothing) } as const;
}

async function statsOf(desk: SlotDesk, channel: BookedChannel): Promise<SlotStats> {
  return readStats(await callStore(desk, SLOT_STATS, { channel, args: [countOff(channel)] }));
}

async function idle({ underWay }: SlotDesk): Promise<void> {
  while (underWay.size > 0) await Promise.all(underWay);
}

/** A clean end: nobody waits for an expiry (L19). */
async function giveBack(desk: SlotDesk): Promise<void> {
  for (const channel of desk.book.channels.values()) {
    for (const waiter of [...channel.waiters.values()]) {
      channel.ended.add(waiter.token);
      waiter.finish({ ...channel.seen, kind: "cancelled", waitedMs: 1 });
    }
    for (const token of channel.running.keys()) channel.ended.add(token);
    channel.running.clear();
    if (isAlive(channel)) detach(desk, beatChannel(desk, channel));
  }
  await idle(desk);
}
