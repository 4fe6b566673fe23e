import type {
  AcquireReply,
  ChannelSlots,
  LimitedChannel,
  OwnSlots,
  Slot,
  SlotAsk,
  SlotGrant,
  SlotStanding,
  SlotStats,
  TryReply,
} from "@/core/channels/channel-slots";
import { type ChannelLimiter, NO_LIMITER } from "@/core/channels/limiter";
import { FIRST_HOLD_MS, headsToGrant, judgeArrival, nextHoldMs } from "@/core/channels/slot-rules";
import type { Clock } from "@/lib/clock";
import { createDeadlines, type Deadlines } from "@/lib/deadlines";

/** What the store works with. `replica` is random per start and begins the tokens. */
export type MemoryChannelSlotsOptions = { readonly clock: Clock; readonly replica: string };

/** The slots of one process, decided in the turn of the call; only a wait gives a promise, and only a wait has a timer (L16). */
export type MemoryChannelSlots = ChannelSlots & {
  tryAcquire(channelId: number): TryReply;
  stats(channelIds: readonly number[]): readonly SlotStats[];
};

type Waiter = { readonly keyId: number; readonly enteredAt: number; finish(reply: AcquireReply): void };

type KeptChannel = {
  readonly id: number;
  limiter: ChannelLimiter;
  isOpen: boolean;
  isListed: boolean;
  inFlight: number;
  holdMs: number;
  /** In the order of arrival. */
  readonly queue: Map<string, Waiter>;
  readonly waitingByKey: Map<number, number>;
};

type State = {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly replica: string;
  readonly channels: Map<number, KeptChannel>;
  version: number;
  tokens: number;
};

/** The limiter of a single replica. */
export function memoryChannelSlots({ clock, replica }: MemoryChannelSlotsOptions): MemoryChannelSlots {
  const deadlines = createDeadlines(clock);
  const state: State = { clock, deadlines, replica, channels: new Map(), version: Number.NEGATIVE_INFINITY, tokens: 0 };
  const known = () => [...state.channels.values()];
  return {
    tryAcquire(channelId) {
      const channel = state.channels.get(channelId);
      if (channel === undefined || !channel.isOpen) return goneFrom(channelId, channel);
      const arrival = judgeArrival(channel.limiter, countsOf(channel, null));
      return arrival === "granted" ? grant(channel, state, 0) : { kind: "busy", ...standingOf(channel) };
    },
    acquire: (ask) => acquire(ask, state),
    adopt(channelId) {
      const channel = state.channels.get(channelId) ?? keep(channelId, state);
      return take(channel, state);
    },
    stats: (channelIds) =>
      channelIds.flatMap((id) => {
        const channel = state.channels.get(id);
        return channel === undefined ? [] : [statsOf(channel, clock)];
      }),
    glance(channelId) {
      const channel = state.channels.get(channelId);
      return channel === undefined ? null : statsOf(channel, clock);
    },
    own: () => known().map(ownOf),
    configure(channels, version) {
      if (version < state.version) return;
      state.version = version;
      configure(channels, state);
    },
    async close() {
      for (const channel of known()) dismiss(channel, "cancelled", clock);
    },
  };
}

function acquire(ask: SlotAsk, state: State): AcquireReply | Promise<AcquireReply> {
  const channel = state.channels.get(ask.channelId);
  if (channel === undefined || !channel.isOpen) return goneFrom(ask.channelId, channel);
  if (ask.deadlineMs <= 0 || ask.signal?.aborted === true)
    return { kind: "cancelled", waitedMs: 0, ...standingOf(channel) };
  const arrival = judgeArrival(channel.limiter, countsOf(channel, ask.keyId));
  if (arrival === "granted") return grant(channel, state, ask.waitedMs ?? 0);
  if (arrival === "waits") return wait(ask, channel, state);
  return { kind: "full", reason: arrival, waitedMs: 0, ...standingOf(channel) };
}

function wait(
  { keyId, deadlineMs, signal, waitedMs = 0 }: SlotAsk,
  channel: KeptChannel,
  state: State,
): Promise<AcquireReply> {
  const { promise, resolve } = Promise.withResolvers<AcquireReply>();
  const token = mint(state);
  const leave = (kind: "timeout" | "cancelled") =>
    waiter.finish(leaving(kind, { channel, waiter, clock: state.clock }));
  const onAbort = () => leave("cancelled");
  const queueTimeoutMs = Math.max(0, (channel.limiter.queueTimeoutMs ?? 0) - waitedMs);
  const end = queueTimeoutMs <= deadlineMs ? "timeout" : "cancelled";
  const deadline = state.deadlines.set(Math.min(queueTimeoutMs, deadlineMs), () => leave(end));
  const waiter: Waiter = {
    ...{ keyId, enteredAt: state.clock.monotonic() - waitedMs },
    finish(reply) {
      channel.queue.delete(token);
      countWaiter(channel, keyId, -1);
      deadline.cancel();
      signal?.removeEventListener("abort", onAbort);
      resolve(reply);
    },
  };
  channel.queue.set(token, waiter);
  countWaiter(channel, keyId, 1);
  signal?.addEventListener("abort", onAbort);
  return promise;
}

/** Gives free slots to the head of the queue. */
function serve(channel: KeptChannel, state: State): void {
  let heads = headsToGrant(channel.limiter, { inFlight: channel.inFlight, waiting: channel.queue.size });
  if (heads === 0) return;
  for (const waiter of channel.queue.values()) {
    if (heads-- === 0) return;
    waiter.finish(grant(channel, state, waited(waiter, state.clock)));
  }
}

function grant(channel: KeptChannel, state: State, waitedMs: number): SlotGrant {
  return { kind: "granted", slot: take(channel, state), waitedMs };
}

function take(channel: KeptChannel, state: State): Slot {
  const startedAt = state.clock.monotonic();
  let isHeld = true;
  channel.inFlight++;
  return {
    token: mint(state),
    release() {
      if (!isHeld) return;
      isHeld = false;
      channel.inFlight--;
      channel.holdMs = nextHoldMs(channel.holdMs, state.clock.monotonic() - startedAt);
      serve(channel, state);
      forgetIfOver(channel, state);
    },
  };
}

function configure(channels: readonly LimitedChannel[], state: State): void {
  const listed = new Set<number>();
  for (const { id, isOpen, limiter } of channels) {
    listed.add(id);
    const channel = state.channels.get(id) ?? keep(id, state);
    Object.assign(channel, { isOpen, limiter, isListed: true });
  }
  for (const channel of [...state.channels.values()]) {
    if (!listed.has(channel.id)) Object.assign(channel, { isOpen: false, limiter: NO_LIMITER, isListed: false });
    if (!channel.isOpen) dismiss(channel, "gone", state.clock);
    serve(channel, state);
    forgetIfOver(channel, state);
  }
}

function keep(id: number, { channels }: State): KeptChannel {
  const channel: KeptChannel = {
    ...{ id, limiter: NO_LIMITER, isOpen: false, isListed: false, inFlight: 0, holdMs: FIRST_HOLD_MS },
    ...{ queue: new Map(), waitingByKey: new Map() },
  };
  channels.set(id, channel);
  return channel;
}

/** A deleted channel stays until its last slot is back (L9). */
function forgetIfOver(channel: KeptChannel, { channels }: State): void {
  if (!channel.isListed && channel.inFlight === 0) channels.delete(channel.id);
}

function dismiss(channel: KeptChannel, kind: "gone" | "cancelled", clock: Clock): void {
  for (const waiter of channel.queue.values()) waiter.finish(leaving(kind, { channel, waiter, clock }));
}

type Leaver = { readonly channel: KeptChannel; readonly waiter: Waiter; readonly clock: Clock };

function leaving(kind: "timeout" | "cancelled" | "gone", { channel, waiter, clock }: Leaver): AcquireReply {
  const standing = standingOf(channel);
  return { kind, waitedMs: waited(waiter, clock), ...standing, waiting: standing.waiting - 1 };
}

function waited({ enteredAt }: Waiter, clock: Clock): number {
  return Math.max(1, Math.round(clock.monotonic() - enteredAt));
}

function mint(state: State): string {
  return `${state.replica}:${++state.tokens}`;
}

function countWaiter({ waitingByKey }: KeptChannel, keyId: number, step: 1 | -1): void {
  const count = (waitingByKey.get(keyId) ?? 0) + step;
  if (count === 0) waitingByKey.delete(keyId);
  else waitingByKey.set(keyId, count);
}

function countsOf({ inFlight, queue, waitingByKey }: KeptChannel, keyId: number | null) {
  return { inFlight, waiting: queue.size, waitingOfKey: keyId === null ? 0 : (waitingByKey.get(keyId) ?? 0) };
}

function standingOf({ id, queue, limiter, holdMs }: KeptChannel): SlotStanding {
  return { channelId: id, waiting: queue.size, capacity: limiter.capacity, holdMs };
}

function goneFrom(channelId: number, channel: KeptChannel | undefined) {
  const standing = channel === undefined ? null : standingOf(channel);
  return { kind: "gone" as const, waitedMs: 0, ...(standing ?? { channelId, ...NOTHING_KNOWN }) };
}

const NOTHING_KNOWN = { waiting: 0, capacity: null, holdMs: FIRST_HOLD_MS };

function statsOf({ id, limiter, inFlight, queue, holdMs }: KeptChannel, clock: Clock): SlotStats {
  const { mode, capacity, queueSize } = limiter;
  const [head] = queue.values();
  const oldestWaitMs = head === undefined ? 0 : clock.monotonic() - head.enteredAt;
  return { channelId: id, mode, inFlight, capacity, waiting: queue.size, queueSize, oldestWaitMs, holdMs };
}

function ownOf({ id, inFlight, queue }: KeptChannel): OwnSlots {
  return { channelId: id, inFlight, waiting: queue.size, leasesLost: 0 };
}
