import type { AcquireReply, SlotAsk, TryReply } from "@/core/channels/channel-slots";
import type { Deadlines } from "@/lib/deadlines";
import { ACQUIRE_SLOT } from "./scripts/acquire-slot.lua";
import { LEAVE_QUEUE } from "./scripts/leave-queue.lua";
import { noteChannel } from "./slot-beats";
import { type BookedChannel, type BookedWaiter, hasUnnoted } from "./slot-book";
import type { SlotReply } from "./slot-calls";
import {
  bookSlot,
  callStore,
  detach,
  dropToken,
  grantWaiter,
  mintToken,
  type SlotDesk,
  tellLater,
  waitedMs,
} from "./slot-desk";

const MAX_NOTES = 3;

/** Asks the store for a slot at once. Rejects when it does not answer. */
export async function tryForSlot(desk: SlotDesk, channel: BookedChannel): Promise<TryReply> {
  const token = mintToken(desk);
  const { status, standing } = await askStore(desk, channel, { token, keyId: 0, canWait: false });
  if (status === "granted")
    return { kind: "granted", slot: bookSlot(desk, channel, { token, isShared: true }), waitedMs: 0 };
  return status === "gone" ? { kind: "gone", waitedMs: 0, ...standing } : { kind: "busy", ...standing };
}

type Ask = SlotAsk & { readonly deadlines: Deadlines };

/** Asks the store for a slot, and waits for one where there is a queue. Rejects when the store does not answer. */
export function askForSlot(desk: SlotDesk, channel: BookedChannel, ask: Ask): Promise<AcquireReply> {
  const { promise, resolve, reject } = Promise.withResolvers<AcquireReply>();
  const { keyId, deadlineMs, signal, deadlines, waitedMs: before = 0 } = ask;
  const { queueTimeoutMs } = channel.limiter;
  const token = mintToken(desk);
  const startedAt = desk.clock.monotonic();
  let cancelDeadline = () => {};
  const onAbort = () => cancelWaiter(desk, channel, waiter);
  const end = () => {
    channel.waiters.delete(token);
    cancelDeadline();
    signal?.removeEventListener("abort", onAbort);
  };
  const waiter: BookedWaiter = {
    ...{ token, keyId, askedAt: startedAt - before, number: null, isLeaving: false },
    finish(reply) {
      end();
      resolve(reply);
    },
    fail(error) {
      end();
      tellLater(desk, channel, token);
      reject(error);
    },
  };
  channel.waiters.set(token, waiter);
  signal?.addEventListener("abort", onAbort);
  const watch = () => {
    const queueMs = queueTimeoutMs === null ? null : Math.max(0, queueTimeoutMs - before);
    const isQueueFirst = queueMs !== null && queueMs <= deadlineMs;
    const task = isQueueFirst
      ? () => detach(desk, timeOut(desk, channel, waiter))
      : () => cancelWaiter(desk, channel, waiter);
    const totalMs = isQueueFirst ? queueMs : deadlineMs;
    const deadline = deadlines.set(Math.max(0, totalMs - (desk.clock.monotonic() - startedAt)), task);
    cancelDeadline = () => deadline.cancel();
  };
  const asking = askStore(desk, channel, { token, keyId, canWait: channel.limiter.mode === "queue" });
  detach(
    desk,
    asking
      .then((reply) => take(desk, { channel, waiter, before, watch }, reply))
      .catch((error) => failWaiter(channel, waiter, error)),
  );
  return promise;
}

function failWaiter(channel: BookedChannel, waiter: BookedWaiter, error: unknown): void {
  if (channel.waiters.has(waiter.token)) waiter.fail(error);
}

type Asking = {
  readonly channel: BookedChannel;
  readonly waiter: BookedWaiter;
  /** What it had waited before it asked, ms. */
  readonly before: number;
  watch(): void;
};

/** The store's answer to an ask; the waiter may have its outcome already. */
function take(
  desk: SlotDesk,
  { channel, waiter, before, watch }: Asking,
  { status, value, standing }: SlotReply,
): void {
  const { token } = waiter;
  if (!channel.waiters.has(token)) {
    if (!channel.running.has(token)) dropToken(desk, channel, token);
    return;
  }
  if (status === "granted") {
    waiter.finish({ kind: "granted", slot: bookSlot(desk, channel, { token, isShared: true }), waitedMs: before });
  } else if (status === "waits") {
    waiter.number = value;
    watch();
    desk.keepBeating();
  } else if (status === "capacity" || status === "queue" || status === "key_share") {
    waiter.finish({ kind: "full", reason: status, waitedMs: 0, ...standing });
  } else waiter.finish({ kind: "gone", waitedMs: 0, ...standing });
}

/** The client left or the request's deadline came: the outcome is certain, and the store gives what it may have granted to the next. */
function cancelWaiter(desk: SlotDesk, channel: BookedChannel, waiter: BookedWaiter): void {
  const { waiting } = channel.seen;
  waiter.finish({
    ...channel.seen,
    kind: "cancelled",
    waitedMs: waitedMs(desk, waiter),
    waiting: Math.max(0, waiting - 1),
  });
  // Still being asked for: the answer drops it.
  if (waiter.number !== null) dropToken(desk, channel, waiter.token);
}

/** The queue timeout came; the store says whether a grant came before it. */
async function timeOut(desk: SlotDesk, channel: BookedChannel, waiter: BookedWaiter): Promise<void> {
  waiter.isLeaving = true;
  const { token } = waiter;
  const over = { kind: "timeout", waitedMs: waitedMs(desk, waiter) } as const;
  try {
    const { status, standing } = await callStore(desk, LEAVE_QUEUE, { channel, args: [token, 1] });
    if (!channel.waiters.has(token)) return;
    if (status === "granted") grantWaiter(desk, channel, waiter);
    else waiter.finish({ ...over, ...standing });
  } catch (error) {
    if (!channel.waiters.has(token)) return;
    tellLater(desk, channel, token);
    waiter.finish({ ...over, ...channel.seen });
    throw error;
  }
}

type StoreAsk = { readonly token: string; readonly keyId: number; readonly canWait: boolean };

/** Notes first what the store must know. An ask whose answer was lost is repeated once: its token makes it the same ask (L1). */
async function askStore(
  desk: SlotDesk,
  channel: BookedChannel,
  { token, keyId, canWait }: StoreAsk,
): Promise<SlotReply> {
  for (let notes = 0; notes < MAX_NOTES; notes++) {
    // What it had may be lost since the store stopped answering (L21).
    if (hasUnnoted(channel) || channel.failedBeats > 0) await (channel.noting ?? noteChannel(desk, channel));
    const send = () => {
      const args = [knownEpoch(channel), token, keyId, Number(canWait)];
      return callStore(desk, ACQUIRE_SLOT, { channel, args });
    };
    const reply = await send()
      .catch(send)
      .catch((error: unknown) => {
        tellLater(desk, channel, token);
        throw error;
      });
    if (reply.status !== "register") {
      if (knownEpoch(channel) === "") channel.epoch = reply.epoch;
      return reply;
    }
    await (channel.noting ?? noteChannel(desk, channel));
  }
  throw new Error("the slot store lost its keys again and again");
}

/** Names the epoch when the store may have lost something of this replica with another one. */
function knownEpoch({ epoch, running, waiters }: BookedChannel): string {
  for (const { isShared } of running.values()) if (isShared) return epoch;
  for (const { number } of waiters.values()) if (number !== null) return epoch;
  return "";
}
