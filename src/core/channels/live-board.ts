import type { Clock } from "@/lib/clock";
import type { ChannelSnapshot } from "./channel";
import type { ChannelHealth } from "./channel-health";
import type { ChannelSlots, LimitedChannel, SlotStats } from "./channel-slots";
import type { ChannelTally } from "./channel-tally";
import { type LiveChannel, liveStateOf } from "./live-channel";
import type { LiveReading } from "./live-feed";

/** What a reading of the board works with. */
export type LiveBoardDeps = {
  readonly slots: Pick<ChannelSlots, "stats">;
  readonly tally: Pick<ChannelTally, "read">;
  readonly health: Pick<ChannelHealth, "standing" | "facts">;
  readonly clock: Clock;
  readonly config: {
    current(): { readonly limited: readonly LimitedChannel[]; readonly channels: readonly ChannelSnapshot[] };
  };
};

/** What every channel is doing now; it starts from the configuration, so that idle ones are there, too (channels-and-rates.md L11, V2). */
export async function readLiveBoard({ slots, tally, health, clock, config }: LiveBoardDeps): Promise<LiveReading> {
  const { limited, channels } = config.current();
  const asOf = clock.now();
  const stats = await slots.stats(limited.map(({ id }) => id));
  const statsOf = new Map(stats.map((each) => [each.channelId, each]));
  const snapshots = new Map(channels.map((channel) => [channel.id, channel]));
  const rows = limited.map((channel): LiveChannel => {
    const found = statsOf.get(channel.id) ?? unused(channel);
    const { mode, inFlight, capacity, waiting, queueSize, oldestWaitMs } = found;
    const load = { mode, inFlight, capacity, waiting, queueSize };
    const outages = outagesOf(snapshots.get(channel.id), { health, clock });
    const state = liveStateOf({ asOf, ...load, ...outages, isEnabled: channel.isOpen, reportedAt: asOf });
    return {
      ...{ channelId: channel.id, asOf, state, ...load, oldestWaitMs: Math.round(oldestWaitMs) },
      ...tally.read(channel.id),
      ...{ ...outages, replicas: 1 },
    };
  });
  return { asOf, stale: false, source: "shared", rows };
}

/** The limiter has not heard of it yet. */
function unused({ id, limiter }: LimitedChannel): SlotStats {
  const { mode, capacity, queueSize } = limiter;
  return { channelId: id, mode, inFlight: 0, capacity, waiting: 0, queueSize, oldestWaitMs: 0, holdMs: 0 };
}

/** Until when its breaker is open, and until when every one of its models cools, epoch ms. */
function outagesOf(
  channel: ChannelSnapshot | undefined,
  { health, clock }: Pick<LiveBoardDeps, "health" | "clock">,
): Pick<LiveChannel, "coolingUntil" | "trippedUntil"> {
  if (channel === undefined) return { coolingUntil: null, trippedUntil: null };
  const wallOf = (monotonic: number) => Math.round(clock.now() + monotonic - clock.monotonic());
  const { trippedUntil } = health.facts(channel);
  const standings = [...channel.models.values()].map(({ upstream }) => health.standing(channel, upstream));
  const cooling = standings.flatMap((standing) =>
    standing.kind === "out" && standing.reason === "cooling" ? [standing.until] : [],
  );
  const isCooling = cooling.length > 0 && cooling.length === standings.length;
  return {
    coolingUntil: isCooling ? wallOf(Math.min(...cooling)) : null,
    trippedUntil: trippedUntil > 0 ? wallOf(trippedUntil) : null,
  };
}
