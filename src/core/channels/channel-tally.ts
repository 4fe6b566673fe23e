import type { Clock } from "@/lib/clock";

/** What the last minutes of a channel looked like (channels-and-rates.md V2). */
export type ChannelTallyReading = {
  readonly denied5m: { readonly full: number; readonly timeout: number };
  /** Upper bound of 95 of 100 waits of the last 5 minutes, immediate grants among them, ms; at most a fifth too high. */
  readonly waitP95Ms: number;
  /** Requests sent in each of the last 15 minutes, oldest first. */
  readonly spark: readonly number[];
};

/** Counts what happens at channels, by the minute, for the live board. */
export type ChannelTally = {
  sent(channelId: number): void;
  refused(channelId: number, how: "full" | "timeout"): void;
  /** A slot was granted after so many ms. */
  waited(channelId: number, ms: number): void;
  /** @param others minutes that other replicas counted, added to those of this one */
  read(channelId: number, others?: readonly TallyMinute[]): ChannelTallyReading;
  /** What was counted in the last 15 minutes, for the other replicas: minutes in which something happened. */
  minutes(channelId: number): readonly TallyMinute[];
};

/** What a replica counted at a channel in one minute. */
export type TallyMinute = {
  /** Minutes ago by the clock of whoever counted; 0 is the one that runs. */
  readonly ago: number;
  readonly sent: number;
  readonly full: number;
  readonly timeout: number;
  /** Waits by bucket. */
  readonly waits: Readonly<Record<number, number>>;
};

const MINUTE_MS = 60_000;
const SPARK_MINUTES = 15;
const RECENT_MINUTES = 5;
/** A bucket ends this much above the one before; 64 of them reach beyond the longest queue timeout. */
const STEP = 1.25;
const BUCKETS = 64;

type Minute = { at: number; sent: number; full: number; timeout: number; waits: Record<number, number> };

/** A tally that knows of nothing. Minutes are those of the wall clock; a channel that nothing happens at costs nothing. */
export function createChannelTally(clock: Pick<Clock, "now">): ChannelTally {
  const channels = new Map<number, Minute[]>();
  const current = () => Math.floor(clock.now() / MINUTE_MS);
  const minuteOf = (channelId: number): Minute => {
    const minutes = channels.get(channelId) ?? [];
    channels.set(channelId, minutes);
    const at = current();
    const last = minutes.at(-1);
    if (last !== undefined && last.at >= at) return last;
    const next = { at, sent: 0, full: 0, timeout: 0, waits: {} };
    minutes.push(next);
    while ((minutes[0]?.at ?? at) <= at - SPARK_MINUTES) minutes.shift();
    return next;
  };
  const lately = (minutes: readonly Minute[]): readonly TallyMinute[] =>
    minutes
      .map(({ at, ...counts }) => ({ ...counts, ago: Math.max(0, current() - at) }))
      .filter(({ ago }) => ago < SPARK_MINUTES);
  return {
    sent: (channelId) => void minuteOf(channelId).sent++,
    refused: (channelId, how) => void minuteOf(channelId)[how]++,
    waited(channelId, ms) {
      const { waits } = minuteOf(channelId);
      const bucket = bucketOf(ms);
      waits[bucket] = (waits[bucket] ?? 0) + 1;
    },
    read: (channelId, others = []) => sum([...lately(channels.get(channelId) ?? []), ...others]),
    minutes: (channelId) => lately(channels.get(channelId) ?? []),
  };
}

function sum(minutes: readonly TallyMinute[]): ChannelTallyReading {
  const recent = minutes.filter(({ ago }) => ago < RECENT_MINUTES);
  const spark = new Array<number>(SPARK_MINUTES).fill(0);
  for (const { ago, sent } of minutes) {
    const place = SPARK_MINUTES - 1 - ago;
    if (place >= 0) spark[place] = (spark[place] ?? 0) + sent;
  }
  const denied = (how: "full" | "timeout") => recent.reduce((total, minute) => total + minute[how], 0);
  return { denied5m: { full: denied("full"), timeout: denied("timeout") }, waitP95Ms: percentile95(recent), spark };
}

/** Bucket 0 is no wait; bucket n ends at STEP^n ms. */
function bucketOf(ms: number): number {
  return ms <= 0 ? 0 : Math.min(BUCKETS, Math.max(1, Math.ceil(Math.log(ms) / Math.log(STEP))));
}

function percentile95(minutes: readonly TallyMinute[]): number {
  const counts = new Array<number>(BUCKETS + 1).fill(0);
  for (const { waits } of minutes)
    for (const [bucket, count] of Object.entries(waits)) counts[Number(bucket)] = (counts[Number(bucket)] ?? 0) + count;
  let left = Math.ceil(counts.reduce((total, count) => total + count, 0) * 0.95);
  for (const [bucket, count] of counts.entries()) {
    left -= count;
    if (left <= 0) return bucket === 0 ? 0 : Math.round(STEP ** bucket);
  }
  return 0;
}
