import type { Clock } from "@/lib/clock";
import { BEAT_SLOTS } from "./scripts/beat-slots.lua";
import { type BookedChannel, countOff, hasUnnoted, isAlive } from "./slot-book";
import { readTokens } from "./slot-calls";
import { callStore, detach, dropToken, type SlotDesk, tellLater } from "./slot-desk";

/** How often this replica renews what it has, ms. */
export type BeatPeriods = {
  /** Slots (channels-and-rates.md L18). */
  readonly beatMs: number;
  /** A channel with waiters, ends that the store does not know, or a beat that failed. */
  readonly waitingBeatMs: number;
};

/** After so many beats without an answer those who wait are told. */
const FAILED_BEATS = 2;

/**
 * Renews the slots and tickets of one channel, notes those that the store does not have, and learns which tickets became slots. Rejects when the
 * store does not answer; from the second time on, the waiters' promises reject too.
 */
export async function beatChannel(desk: SlotDesk, channel: BookedChannel): Promise<void> {
  channel.lastBeatAt = desk.clock.monotonic();
  const told = toldOf(channel);
  const args = [told.off, JSON.stringify({ running: told.running, tickets: told.tickets, ended: told.ended })];
  try {
    const { epoch, value } = await callStore(desk, BEAT_SLOTS, { channel, args });
    channel.epoch = epoch;
    channel.failedBeats = 0;
    channel.toldOff = told.off;
    noteTold(desk, channel, { ...told, unknown: readTokens(value) });
  } catch (error) {
    noteUntold(desk, channel, told);
    if (++channel.failedBeats >= FAILED_BEATS) for (const waiter of [...channel.waiters.values()]) waiter.fail(error);
    throw error;
  }
}

type Told = {
  readonly off: number;
  readonly running: readonly string[];
  readonly tickets: readonly (readonly [token: string, keyId: string, number: string])[];
  readonly ended: readonly string[];
};

function toldOf(channel: BookedChannel): Told {
  const isOff = channel.limiter.mode === "off";
  const waiting = [...channel.waiters.values()];
  return {
    off: countOff(channel),
    running: [...channel.running].flatMap(([token, { isShared }]) => (isOff && !isShared ? [] : [token])),
    tickets: waiting.flatMap(({ token, keyId, number, isLeaving }) =>
      number === null || isLeaving ? [] : [[token, String(keyId), number] as const],
    ),
    ended: [...channel.ended],
  };
}

/** What ended while the beat was under way may have been noted again by it. */
function noteTold(
  desk: SlotDesk,
  channel: BookedChannel,
  { running, tickets, ended, unknown }: Told & { readonly unknown: readonly string[] },
): void {
  for (const token of ended) channel.ended.delete(token);
  for (const token of unknown) if (channel.running.get(token)?.isShared === true) channel.leasesLost++;
  for (const token of running) {
    const slot = channel.running.get(token);
    if (slot === undefined) dropToken(desk, channel, token);
    else slot.isShared = true;
  }
  for (const [token] of tickets)
    if (!channel.waiters.has(token) && !channel.running.has(token)) dropToken(desk, channel, token);
}

/** A beat without an answer may still take effect, so what it named must be given back in any case. */
function noteUntold(desk: SlotDesk, channel: BookedChannel, { running }: Told): void {
  for (const token of running) {
    const slot = channel.running.get(token);
    if (slot === undefined) tellLater(desk, channel, token);
    else slot.isPerhapsShared = true;
  }
}

/** Beats once now; whoever asks the store for a slot awaits it before. */
export function noteChannel(desk: SlotDesk, channel: BookedChannel): Promise<void> {
  const noting = beatChannel(desk, channel).finally(() => {
    if (channel.noting === noting) channel.noting = null;
  });
  channel.noting = noting;
  return noting;
}

/** The beats of one replica: a timer while anything is alive. */
export function createBeats(
  clock: Clock,
  { beatMs, waitingBeatMs }: BeatPeriods,
): { keepBeating(desk: SlotDesk): void; stop(): void } {
  let cancel: (() => void) | null = null;
  let isStopped = false;
  const keepBeating = (desk: SlotDesk) => {
    if (cancel !== null || isStopped) return;
    cancel = clock.after(Math.min(beatMs, waitingBeatMs), () => {
      cancel = null;
      const channels = [...desk.book.channels.values()].filter(isAlive);
      for (const channel of channels) {
        const isDue = isUrgent(channel) || clock.monotonic() - channel.lastBeatAt >= beatMs;
        if (isDue) detach(desk, beatChannel(desk, channel));
      }
      if (channels.length > 0) keepBeating(desk);
    });
  };
  return {
    keepBeating,
    stop() {
      isStopped = true;
      cancel?.();
    },
  };
}

function isUrgent(channel: BookedChannel): boolean {
  return channel.waiters.size + channel.ended.size + channel.failedBeats > 0 || hasUnnoted(channel);
}
