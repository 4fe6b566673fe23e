import type { AcquireReply, ChannelSlots, LimitedChannel, Slot, SlotStats, Soon, TryReply } from "./channel-slots";
import { FIRST_HOLD_MS, shareOfReplica } from "./slot-rules";

/*
 * The limiter while the shared store does not answer (channels-and-rates.md L21): a replica goes by its own share of each capacity and queue,
 * or refuses everything. Each slot is counted on both sides, so that the share knows what ran before, and the store, when it is back, notes what
 * was granted meanwhile before it decides again.
 */

/** What the limiter falls back on. */
export type FallbackSlotsOptions = {
  readonly shared: ChannelSlots;
  /** Answers at once or after a wait, and never rejects. */
  readonly local: ChannelSlots;
  /** Whether requests go by this replica's share; else they are refused. */
  isFailOpen(): boolean;
  /** Replicas last seen, at least 1. */
  replicas(): number;
  /** The shared store did not answer a request. */
  onOutage(error: unknown): void;
};

/** The shared limiter with a local one behind it. Its slots never reject; its figures do when the store does not answer. */
export function fallbackSlots(options: FallbackSlotsOptions): ChannelSlots {
  const { shared, local, isFailOpen, replicas, onOutage } = options;
  let configured: { readonly channels: readonly LimitedChannel[]; readonly version: number } | null = null;
  let sharers = 0;
  const share = () => {
    if (configured === null) return;
    sharers = replicas();
    const { channels, version } = configured;
    const shares = channels.map((channel) => ({ ...channel, limiter: shareOfReplica(channel.limiter, sharers) }));
    local.configure(shares, version);
  };
  const twinned = <Reply extends AcquireReply | TryReply>(
    reply: Reply,
    channelId: number,
    other: ChannelSlots,
  ): Reply => (reply.kind === "granted" ? { ...reply, slot: joined(reply.slot, other.adopt(channelId)) } : reply);
  const withFallback = <Reply extends AcquireReply | TryReply>(
    channelId: number,
    ask: (slots: ChannelSlots) => Soon<Reply>,
  ): Soon<Reply | ReturnType<typeof unavailable>> => {
    const asked = ask(shared);
    if (!(asked instanceof Promise)) return twinned(asked, channelId, local);
    return asked.then(
      (reply) => twinned(reply, channelId, local),
      async (error: unknown) => {
        onOutage(error);
        if (!isFailOpen()) return unavailable(channelId);
        if (replicas() !== sharers) share();
        return twinned(await ask(local), channelId, shared);
      },
    );
  };
  return {
    tryAcquire: (channelId) => withFallback(channelId, (slots) => slots.tryAcquire(channelId)),
    acquire: (ask) => withFallback(ask.channelId, (slots) => slots.acquire(ask)),
    adopt: (channelId) => joined(shared.adopt(channelId), local.adopt(channelId)),
    stats: (channelIds): Soon<readonly SlotStats[]> => shared.stats(channelIds),
    own: () => shared.own(),
    configure(channels, version) {
      shared.configure(channels, version);
      if (configured !== null && version < configured.version) return;
      configured = { channels, version };
      share();
    },
    async close() {
      await Promise.all([shared.close(), local.close()]);
    },
  };
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
