import type { Clock } from "@/lib/clock";
import { createOutage } from "@/lib/outage";
import type { LimiterMode } from "../vocabulary";
import type { AcquireReply, ChannelSlots, LimitedChannel, OwnSlots, Slot, Soon, TryReply } from "./channel-slots";
import { FIRST_HOLD_MS, shareOfReplica } from "./slot-rules";

/*
 * The limiter while the shared store does not answer (channels-and-rates.md L21): a replica goes by its own share of each capacity and queue,
 * or refuses what a limiter bounds. Each slot is counted on both sides, so that the share knows what ran before, and the store, when it is back, notes what
 * was granted meanwhile before it decides again.
 */

/** What the limiter falls back on. */
export type FallbackSlotsOptions = {
  readonly shared: ChannelSlots;
  /** Answers at once or after a wait, and never rejects. */
  readonly local: ChannelSlots;
  readonly clock: Pick<Clock, "monotonic" | "after">;
  /** Whether requests go by this replica's share; else they are refused. */
  isFailOpen(): boolean;
  /** Replicas last seen, at least 1. */
  replicas(): number;
  /** The shared store did not answer a request. */
  onOutage(error: unknown): void;
};

/** The shared limiter with a local one behind it. Its slots never reject; its figures do when the store does not answer. */
export type FallbackSlots = ChannelSlots & {
  /** How long the shared store has not answered, ms; 0 while it does. */
  silentMs(): number;
};

/** How often a store that does not answer is asked whether it does, ms. */
const PROBE_MS = 1_000;

/** Puts a local limiter behind a shared one. */
export function fallbackSlots(options: FallbackSlotsOptions): FallbackSlots {
  const { shared, local, clock, isFailOpen } = options;
  const share = createShare(options);
  const watch = createWatch(options, share.firstChannel);
  const askAlone = async <Reply extends AcquireReply | TryReply>(
    channelId: number,
    ask: (slots: ChannelSlots) => Soon<Reply>,
  ): Promise<Reply | ReturnType<typeof unavailable>> => {
    if (!isFailOpen() && share.isBounded(channelId)) return unavailable(channelId);
    share.refresh();
    const reply = twinned(await ask(local), channelId, shared);
    return reply.kind === "granted" ? { ...reply, isAlone: true } : reply;
  };
  /** `askAgain`: what is asked of the local limiter after the shared one was asked in vain for so many ms. */
  const withFallback = <Reply extends AcquireReply | TryReply>(
    channelId: number,
    ask: (slots: ChannelSlots) => Soon<Reply>,
    askAgain: (slots: ChannelSlots, afterMs: number) => Soon<Reply>,
  ): Soon<Reply | ReturnType<typeof unavailable>> => {
    if (watch.isAway() && share.isLimited(channelId)) return askAlone(channelId, ask);
    const askedAt = clock.monotonic();
    const asked = ask(shared);
    if (!(asked instanceof Promise)) return twinned(asked, channelId, local);
    return asked.then(
      (reply) => {
        watch.answered();
        return twinned(reply, channelId, local);
      },
      (error: unknown) => {
        watch.lost(error);
        const afterMs = Math.round(clock.monotonic() - askedAt);
        return askAlone(channelId, (slots) => askAgain(slots, afterMs));
      },
    );
  };
  const tryOn = (channelId: number) => (slots: ChannelSlots) => slots.tryAcquire(channelId);
  return {
    tryAcquire: (channelId) => withFallback(channelId, tryOn(channelId), tryOn(channelId)),
    acquire: (ask) =>
      withFallback(
        ask.channelId,
        (slots) => slots.acquire(ask),
        (slots, afterMs) => {
          const waitedMs = (ask.waitedMs ?? 0) + afterMs;
          return slots.acquire({ ...ask, waitedMs, deadlineMs: ask.deadlineMs - afterMs });
        },
      ),
    adopt: (channelId) => joined(shared.adopt(channelId), local.adopt(channelId)),
    stats: (channelIds) => shared.stats(channelIds),
    glance: (channelId) => (watch.isDown() ? local.glance(channelId) : shared.glance(channelId)),
    own: () => withWaiters(shared.own(), local.own()),
    configure: share.configure,
    silentMs: watch.silentMs,
    async close() {
      watch.stop();
      await Promise.all([shared.close(), local.close()]);
    },
  };
}

/** Keeps the local limiter at this replica's share. */
function createShare({ shared, local, replicas }: FallbackSlotsOptions) {
  let configured: { readonly channels: readonly LimitedChannel[]; readonly version: number } | null = null;
  let sharers = 0;
  const modes = new Map<number, LimiterMode>();
  const apply = () => {
    if (configured === null) return;
    sharers = replicas();
    const { channels, version } = configured;
    const shares = channels.map((channel) => ({ ...channel, limiter: shareOfReplica(channel.limiter, sharers) }));
    local.configure(shares, version);
  };
  return {
    refresh() {
      if (replicas() !== sharers) apply();
    },
    configure(channels: readonly LimitedChannel[], version: number) {
      shared.configure(channels, version);
      if (configured !== null && version < configured.version) return;
      configured = { channels, version };
      modes.clear();
      for (const { id, limiter } of channels) modes.set(id, limiter.mode);
      apply();
    },
    /** Without a limiter nothing is asked of the store. */
    isLimited: (channelId: number) => modes.get(channelId) !== "off",
    /** Where nothing is ever refused, no policy refuses either. */
    isBounded: (channelId: number) => modes.get(channelId) !== "observe",
    firstChannel: () => configured?.channels[0]?.id ?? null,
  };
}

/** Follows whether the shared store answers; while it does not, it is asked now and then, so that the end of an outage needs no request. */
function createWatch({ shared, clock, onOutage }: FallbackSlotsOptions, firstChannel: () => number | null) {
  const outage = createOutage(clock);
  let cancel: (() => void) | null = null;
  let isStopped = false;
  const probeLater = () => {
    if (cancel !== null || isStopped) return;
    cancel = clock.after(PROBE_MS, () => void probe());
  };
  const probe = async () => {
    cancel = null;
    const id = firstChannel();
    if (!outage.isDown() || id === null) return;
    try {
      await shared.stats([id]);
      outage.answered();
    } catch {
      probeLater();
    }
  };
  return {
    ...{ isAway: outage.isAway, isDown: outage.isDown, silentMs: outage.silentMs, answered: outage.answered },
    lost(error: unknown) {
      outage.lost();
      onOutage(error);
      probeLater();
    },
    stop() {
      isStopped = true;
      cancel?.();
    },
  };
}

/** Those who wait for this replica's share are its waiters as well; its slots are all known to the shared side. */
function withWaiters(own: readonly OwnSlots[], alone: readonly OwnSlots[]): readonly OwnSlots[] {
  const waiting = new Map(alone.map((each) => [each.channelId, each.waiting]));
  return own.map((each) => ({ ...each, waiting: each.waiting + (waiting.get(each.channelId) ?? 0) }));
}

function twinned<Reply extends AcquireReply | TryReply | ReturnType<typeof unavailable>>(
  reply: Reply,
  channelId: number,
  other: ChannelSlots,
): Reply {
  return reply.kind === "granted" ? { ...reply, slot: joined(reply.slot, other.adopt(channelId)) } : reply;
}

function joined(slot: Slot, other: Slot): Slot {
  return {
    token: slot.token,
    release() {
      slot.release();
      other.release();
    },
  };
}

function unavailable(channelId: number) {
  const nothing = { channelId, waiting: 0, capacity: null, holdMs: FIRST_HOLD_MS };
  return { kind: "unavailable", waitedMs: 0, ...nothing } as const;
}
