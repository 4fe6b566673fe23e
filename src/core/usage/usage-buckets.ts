import { dayOf, zoneClock } from "@/lib/time-zone";
import type { UsageInterval, WeekDay } from "../vocabulary";

/** What the buckets of a report are made of: the period in epoch ms (`to` exclusive, after `from`), and the calendar. */
export type BucketsAsk = {
  readonly from: number;
  readonly to: number;
  readonly interval: UsageInterval;
  /** IANA zone. */
  readonly zone: string;
  readonly weekStart: WeekDay;
};

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const WEEK_DAY: Readonly<Record<WeekDay, number>> = { sunday: 0, monday: 1, saturday: 6 };

/**
 * The bounds of the buckets of a report, epoch ms: n + 1 rising instants for n buckets, from `from` to `to`, both of which may cut a bucket. Hours,
 * days, weeks and months are those of the zone's wall clock: a day of a clock change is longer or shorter, a repeated hour comes twice. Null when
 * there are more than `most`.
 */
export function bucketBounds(ask: BucketsAsk, most: number): readonly number[] | null {
  const next = ask.interval === "hour" ? hourAfter(ask.zone) : dateAfter(ask, ask.interval);
  const bounds = [ask.from];
  let last = next(ask.from);
  while (last < ask.to) {
    if (bounds.length === most) return null;
    bounds.push(last);
    last = next(last);
  }
  return [...bounds, ask.to];
}

/** The next whole hour of the wall clock; an hour in which the clock changes by a part of one ends where it would have without. */
function hourAfter(zone: string): (at: number) => number {
  const clock = zoneClock(zone);
  return (at) => {
    const second = Math.floor(at / 1000) * 1000;
    const into = ((clock.wallAt(second) % HOUR_MS) + HOUR_MS) % HOUR_MS;
    return second + HOUR_MS - into;
  };
}

/** The next first instant of a day, week or month; one that a zone skipped whole has none. */
function dateAfter({ zone, weekStart }: BucketsAsk, unit: Exclude<UsageInterval, "hour">): (at: number) => number {
  const clock = zoneClock(zone);
  return (at) => {
    let date = nextDate(Math.floor(clock.wallAt(at) / DAY_MS) * DAY_MS, unit, weekStart);
    let first = clock.firstAt(date);
    while (first <= at) {
      date = nextDate(date, unit, weekStart);
      first = clock.firstAt(date);
    }
    return first;
  };
}

/** The first date after `date` (UTC midnights) on which a day, week or month begins. */
function nextDate(date: number, unit: Exclude<UsageInterval, "hour">, weekStart: WeekDay): number {
  if (unit === "day") return date + DAY_MS;
  const day = new Date(date);
  if (unit === "week") return date + (7 - ((day.getUTCDay() - WEEK_DAY[weekStart] + 7) % 7)) * DAY_MS;
  return new Date(date).setUTCMonth(day.getUTCMonth() + 1, 1);
}

/**
 * Minutes of a UTC hour, in order, at which hours of a zone's wall clock can begin besides the full one: none for most zones, 15 for
 * Asia/Kathmandu, 30 for America/St_Johns and Australia/Lord_Howe. Read off the year around an instant (epoch ms).
 */
export function hourCuts(zone: string, at: number): readonly number[] {
  const { wallAt } = zoneClock(zone);
  const minutes = Array.from({ length: 12 }, (_, month) => {
    const moment = Math.floor((at - month * 30 * DAY_MS) / HOUR_MS) * HOUR_MS;
    return ((((moment - wallAt(moment)) % HOUR_MS) + HOUR_MS) % HOUR_MS) / 60_000;
  });
  return [...new Set(minutes)].filter((minute) => minute > 0 && Number.isInteger(minute)).sort((a, b) => a - b);
}

/** The most days that are looked at: more than ten years. */
const MOST_DAYS = 4_000;

/** The days of a zone from the one that holds `since` to the last that is over at `now`, rising; epoch ms. The last eleven years at most. */
export function pastDays(
  zone: string,
  since: number,
  now: number,
): readonly { readonly from: number; readonly to: number }[] {
  const begin = Math.max(dayOf(since, zone).from, dayOf(now - (MOST_DAYS - 2) * DAY_MS, zone).from);
  if (begin >= now) return [];
  const bounds = bucketBounds({ from: begin, to: now, interval: "day", zone, weekStart: "monday" }, MOST_DAYS) ?? [];
  return bounds.slice(0, -2).map((from, index) => ({ from, to: bounds[index + 1] ?? from }));
}
