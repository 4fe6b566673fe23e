import type { Slot } from "@/core/channels/channel-slots";
import type { Clock } from "@/lib/clock";
import type { Script } from "./run-script";
import { LEAVE_QUEUE } from "./scripts/leave-queue.lua";
import { RELEASE_SLOT } from "./scripts/release-slot.lua";
import { type BookedChannel, type BookedWaiter, forgetIfOver } from "./slot-book";
import { callSlots, type EndedWait, type SlotPlace, type SlotReply } from "./slot-calls";

/** One replica's side of the slots on Redis: its book, its clock, and the work that is under way. */
export type SlotDesk = SlotPlace & {
  readonly clock: Clock;
  onError(error: unknown): void;
  /** Something must be renewed or told again from now on. */
  keepBeating(): void;
  readonly underWay: Set<Promise<void>>;
  tokens: number;
};

/** What a script is asked about a channel. */
export type DeskCall = { readonly channel: BookedChannel; readonly args: readonly (string | number)[] };

/** Asks the store, and tells the waiters whose wait is over by its answer. Rejects when there is none in time. */
export async function callStore(desk: SlotDesk, script: Script, call: DeskCall): Promise<SlotReply> {
  const reply = await callSlots(desk, script, call);
  call.channel.seen = reply.standing;
  call.channel.seenLoad = { inFlight: reply.inFlight, at: desk.clock.monotonic() };
  endWaits(desk, call.channel, reply.ended);
  return reply;
}

/** Work that nobody waits for. */
export function detach(desk: SlotDesk, work: Promise<void>): void {
  const tracked = work.catch(desk.onError).finally(() => desk.underWay.delete(tracked));
  desk.underWay.add(tracked);
}

/** A token of this replica. */
export function mintToken(desk: SlotDesk): string {
  return `${desk.replica}:${++desk.tokens}`;
}

/** Books a slot. `isShared`: the store has it. */
export function bookSlot(
  desk: SlotDesk,
  channel: BookedChannel,
  { token, isShared }: { readonly token: string; readonly isShared: boolean },
): Slot {
  const slot = { startedAt: desk.clock.monotonic(), isShared, isPerhapsShared: false };
  channel.running.set(token, slot);
  desk.keepBeating();
  return {
    token,
    release() {
      if (!channel.running.delete(token)) return;
      const heldMs = Math.max(0, Math.round(desk.clock.monotonic() - slot.startedAt));
      if (slot.isShared || slot.isPerhapsShared) detach(desk, release(desk, channel, { token, heldMs }));
      forgetIfOver(desk.book, channel);
    },
  };
}

async function release(
  desk: SlotDesk,
  channel: BookedChannel,
  { token, heldMs }: { readonly token: string; readonly heldMs: number },
): Promise<void> {
  await orTellLater(desk, channel, {
    token,
    work: callStore(desk, RELEASE_SLOT, { channel, args: [token, heldMs] }),
  });
}

/** Gives up a token that nobody wants, whatever the store has under it. */
export function dropToken(desk: SlotDesk, channel: BookedChannel, token: string): void {
  const work = callStore(desk, LEAVE_QUEUE, { channel, args: [token, 0] });
  detach(desk, orTellLater(desk, channel, { token, work }));
}

/** The next beats tell the store of the end of a token until it answers. */
export function tellLater(desk: SlotDesk, channel: BookedChannel, token: string): void {
  channel.ended.add(token);
  desk.keepBeating();
}

async function orTellLater(
  desk: SlotDesk,
  channel: BookedChannel,
  { token, work }: { readonly token: string; readonly work: Promise<unknown> },
): Promise<void> {
  try {
    await work;
  } catch (error) {
    tellLater(desk, channel, token);
    throw error;
  }
}

/** A waiter gets its slot. */
export function grantWaiter(desk: SlotDesk, channel: BookedChannel, waiter: BookedWaiter): void {
  const slot = bookSlot(desk, channel, { token: waiter.token, isShared: true });
  waiter.finish({ kind: "granted", slot, waitedMs: waitedMs(desk, waiter) });
}

/** How long it has waited; at least 1. */
export function waitedMs({ clock }: SlotDesk, { askedAt }: BookedWaiter): number {
  return Math.max(1, Math.round(clock.monotonic() - askedAt));
}

/** Tells waiters what the store has said of them; those who have left gave up their tokens themselves. */
export function endWaits(desk: SlotDesk, channel: BookedChannel, ended: readonly EndedWait[]): void {
  for (const { token, isGranted } of ended) {
    const waiter = channel.waiters.get(token);
    if (waiter === undefined) continue;
    if (isGranted) grantWaiter(desk, channel, waiter);
    else waiter.finish({ kind: "gone", waitedMs: waitedMs(desk, waiter), ...channel.seen });
  }
}
