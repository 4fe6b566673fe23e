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
  read(channelId: number): ChannelTallyReading;
};

const MINUTE_MS = 60_000;
const SPARK_MINUTES = 15;
const RECENT_MINUTES = 5;
/** A bucket ends this much above the one before; 64 of them reach beyond the longest queue timeout. */
const STEP = 1.25;
const BUCKETS = 64;

type Minute = { at: number; sent: number; full: number; timeout: number; waits: number; readonly histogram: number[] };

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
    const next = { at, sent: 0, full: 0, timeout: 0, waits: 0, histogram: [] };
    minutes.push(next);
    while ((minutes[0]?.at ?? at) <= at - SPARK_MINUTES) minutes.shift();
    return next;
  };
  return {
    sent: (channelId) => void minuteOf(channelId).sent++,
    refused: (channelId, how) => void minuteOf(channelId)[how]++,
    waited(channelId, ms) {
      const minute = minuteOf(channelId);
      const bucket = bucketOf(ms);
      minute.waits++;
      minute.histogram[bucket] = (minute.histogram[bucket] ?? 0) + 1;
    },
    read(channelId) {
      const minutes = channels.get(channelId) ?? [];
      const at = current();
      const recent = minutes.filter((minute) => minute.at > at - RECENT_MINUTES);
      const sum = (field: "full" | "timeout") => recent.reduce((total, minute) => total + minute[field], 0);
      const sentAt = new Map(minutes.map((minute) => [minute.at, minute.sent]));
      return {
        denied5m: { full: sum("full"), timeout: sum("timeout") },
        waitP95Ms: percentile95(recent),
        spark: Array.from({ length: SPARK_MINUTES }, (_, index) => sentAt.get(at - SPARK_MINUTES + 1 + index) ?? 0),
      };
    },
  };
}

/** Bucket 0 is no wait; bucket n ends at STEP^n ms. */
function bucketOf(ms: number): number {
  return ms <= 0 ? 0 : Math.min(BUCKETS, Math.max(1, Math.ceil(Math.log(ms) / Math.log(STEP))));
}

function percentile95(minutes: readonly Minute[]): number {
  const total = minutes.reduce((sum, { waits }) => sum + waits, 0);
  let left = Math.ceil(total * 0.95);
  for (let bucket = 0; bucket <= BUCKETS; bucket++) {
    left -= minutes.reduce((sum, { histogram }) => sum + (histogram[bucket] ?? 0), 0);
    if (left <= 0) return bucket === 0 ? 0 : Math.round(STEP ** bucket);
  }
  return 0;
}
