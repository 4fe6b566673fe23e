import type { Clock } from "@/lib/clock";
import type { ChannelSnapshot } from "./channel";
import type { ChannelHealth, HealthFacts } from "./channel-health";
import type { ChannelSlots, LimitedChannel, SlotStats } from "./channel-slots";
import type { ChannelTally, TallyMinute } from "./channel-tally";
import { healthWord } from "./health-word";
import { type LiveChannel, liveStateOf } from "./live-channel";
import type { LiveReading } from "./live-feed";
import type { ChannelReport, LivePeers, LiveReport } from "./live-peers";

/** What a board is read from. */
export type LiveBoardDeps = {
  readonly slots: Pick<ChannelSlots, "stats">;
  readonly tally: Pick<ChannelTally, "read" | "minutes">;
  readonly health: Pick<ChannelHealth, "standing" | "facts">;
  readonly clock: Clock;
  readonly config: {
    current(): { readonly limited: readonly LimitedChannel[]; readonly channels: readonly ChannelSnapshot[] };
  };
  /** The other replicas; null: there is none. */
  readonly peers: LivePeers | null;
  /** Calls come through this process, so that it counts among the replicas that report. */
  readonly isReporting: boolean;
};

/** What every channel is doing now, over all replicas (channels-and-rates.md V2). */
export type LiveBoard = {
  /** Never rejects: while the store does not answer these are the last rows, and stale. */
  read(): Promise<LiveReading>;
  /** Tells the other replicas what this one counted, and keeps a reading for an outage. Rejects when the store does not answer. */
  report(): Promise<void>;
};

/** A board that has read nothing yet. */
export function createLiveBoard(deps: LiveBoardDeps): LiveBoard {
  const { clock, peers } = deps;
  const source = peers === null ? "local" : "shared";
  let last: LiveReading = { asOf: clock.now(), stale: true, source, rows: [] };
  const readNow = async (): Promise<LiveReading> => {
    const asOf = clock.now();
    last = { asOf, stale: false, source, rows: await readRows(deps, asOf) };
    return last;
  };
  return {
    read: () => readNow().catch(() => aged(last, deps)),
    async report() {
      if (peers === null) return;
      if (deps.isReporting) await peers.tell(ownReport(deps));
      await readNow();
    },
  };
}

/** It starts from the configuration, so that idle channels are there, too (L11). */
async function readRows(deps: LiveBoardDeps, asOf: number): Promise<readonly LiveChannel[]> {
  const { slots, tally, health, clock, config, peers, isReporting } = deps;
  const { limited, channels } = config.current();
  const [stats, reports] = await Promise.all([slots.stats(limited.map(({ id }) => id)), peers?.others() ?? []]);
  const statsOf = new Map(stats.map((each) => [each.channelId, each]));
  const snapshots = new Map(channels.map((channel) => [channel.id, channel]));
  const replicas = reports.length + Number(isReporting);
  return limited.map((channel): LiveChannel => {
    const found = statsOf.get(channel.id) ?? unused(channel);
    const { mode, inFlight, capacity, waiting, queueSize, oldestWaitMs } = found;
    const load = { mode, inFlight, capacity, waiting, queueSize };
    const snapshot = snapshots.get(channel.id);
    const outages = outagesOf(snapshot, { health, clock });
    const state = liveStateOf({ asOf, ...load, ...outages, isEnabled: channel.isOpen, reportedAt: asOf });
    const told = reports.flatMap(({ channels: reported }) => reported.get(channel.id)?.health ?? []);
    const isCooling = outages.coolingUntil !== null;
    return {
      ...{ channelId: channel.id, asOf, state, ...load, oldestWaitMs: Math.round(oldestWaitMs) },
      health: healthWord(summed(factsOf(snapshot, health), told), { isOn: channel.isOpen, isCooling }),
      ...tally.read(channel.id, minutesOf(reports, channel.id)),
      ...{ ...outages, replicas },
    };
  });
}

/** What others counted, in minutes before now. */
function minutesOf(reports: readonly LiveReport[], channelId: number): readonly TallyMinute[] {
  return reports.flatMap(({ ageMs, channels }) => {
    const late = Math.floor(ageMs / 60_000);
    return (channels.get(channelId)?.minutes ?? []).map((minute) => ({ ...minute, ago: minute.ago + late }));
  });
}

const NOTHING_SEEN: HealthFacts = {
  ...{ isAuthFailed: false, trippedUntil: 0, isProbing: false, recent: { attempts: 0, failures: 0 } },
};

function factsOf(channel: ChannelSnapshot | undefined, health: LiveBoardDeps["health"]): HealthFacts {
  return channel === undefined ? NOTHING_SEEN : health.facts(channel);
}

/** Facts of all replicas. */
function summed(own: HealthFacts, others: readonly ChannelReport["health"][]): HealthFacts {
  const all = [own, ...others];
  return {
    isAuthFailed: all.some(({ isAuthFailed }) => isAuthFailed),
    trippedUntil: own.trippedUntil,
    isProbing: all.some(({ isProbing }) => isProbing),
    recent: {
      attempts: all.reduce((sum, { recent }) => sum + recent.attempts, 0),
      failures: all.reduce((sum, { recent }) => sum + recent.failures, 0),
    },
  };
}

/** What this replica saw; a channel that nothing happened at is left out. */
function ownReport({ tally, health, config }: LiveBoardDeps): ReadonlyMap<number, ChannelReport> {
  const { limited, channels } = config.current();
  const snapshots = new Map(channels.map((channel) => [channel.id, channel]));
  return new Map(
    limited.flatMap(({ id }): (readonly [number, ChannelReport])[] => {
      const minutes = tally.minutes(id);
      const { isAuthFailed, isProbing, recent } = factsOf(snapshots.get(id), health);
      const isQuiet = minutes.length === 0 && recent.attempts === 0 && !isAuthFailed && !isProbing;
      return isQuiet ? [] : [[id, { minutes, health: { isAuthFailed, isProbing, recent } }]];
    }),
  );
}

/** The last rows as they look by now: their numbers stand still, and their states say so. */
function aged({ source, rows }: LiveReading, { clock, config }: LiveBoardDeps): LiveReading {
  const asOf = clock.now();
  const isOpen = new Map(config.current().limited.map((channel) => [channel.id, channel.isOpen]));
  return {
    ...{ asOf, stale: true, source },
    rows: rows.map((row) => {
      const facts = { ...row, asOf, isEnabled: isOpen.get(row.channelId) ?? false, reportedAt: row.asOf };
      return { ...row, state: liveStateOf(facts) };
    }),
  };
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
