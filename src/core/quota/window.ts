import { zoneClock } from "@/lib/time-zone";
import type { LimitWindow, WeekDay } from "../vocabulary";
import type { LimitRules } from "./limit-cell";
import type { WindowInstance, Windows } from "./resolve-limits";

/*
 * The instances of windows (quota.md section 3). Calendar windows begin at the earliest instant whose local wall time is at or after the reset
 * time of their first day: a missing local time gives the instant after the gap, a repeated one its first occurrence, a skipped date an empty
 * window that is never current. Windows are half-open and adjoin. Everything is computed once per window and day; the hot path looks it up.
 */

type PlainWindow = Exclude<LimitWindow, "total">;
type CalendarWindow = Exclude<PlainWindow, "5h">;

/** Slices of rolling windows: their length in s, and how many past ones count besides the current (quota.md Q15). */
const SLICES: Readonly<Record<PlainWindow, { readonly start: number; readonly end: number }>> = {
  "5h": { start: 300, end: 60 },
  daily: { start: 1_800, end: 48 },
  weekly: { start: 10_800, end: 56 },
  monthly: { start: 43_200, end: 60 },
};
/** A fixed 5h window begins on a 5-minute grid (quota.md Q16). */
const FIXED = { start: 18_000, end: 300 };

const DAY_MS = 86_400_000;

const WEEK_DAY: Readonly<Record<WeekDay, number>> = { sunday: 0, monday: 1, saturday: 6 };

/** The windows of one zone, reset time and week start. */
export function createWindows(rules: Pick<LimitRules, "timeZone" | "dailyReset" | "weekStart">): Windows {
  const boundary = boundariesOf(rules);
  const current = new Map<CalendarWindow, WindowInstance>();
  return {
    instanceAt({ window, mode }, at) {
      if (window === "total") throw new RangeError("the start of a total window is its restart");
      if (mode === "rolling") return { kind: "rolling", ...SLICES[window], validUntil: Number.POSITIVE_INFINITY };
      if (window === "5h") return { kind: "fixed", ...FIXED, validUntil: Number.POSITIVE_INFINITY };
      const known = current.get(window);
      if (known !== undefined && known.start * 1000 <= at && at < known.validUntil) return known;
      const found = calendarAt(window, at, { ...rules, ...boundary });
      current.set(window, found);
      return found;
    },
  };
}

type Boundaries = {
  /** First instant of the reset time of a local date (its midnight as UTC ms). */
  of(date: number): number;
  /** The local date of an instant, as UTC midnight. */
  dateOf(at: number): number;
};

function calendarAt(
  window: CalendarWindow,
  at: number,
  { weekStart, ...boundary }: Boundaries & Pick<LimitRules, "weekStart">,
): WindowInstance {
  const firstDay = (date: number) => firstDayOf(window, date, weekStart);
  let first = firstDay(boundary.dateOf(at) + DAY_MS);
  while (boundary.of(first) > at) first = firstDay(first - DAY_MS);
  let next = nextFirstDay(window, first);
  while (boundary.of(next) <= at) {
    first = next;
    next = nextFirstDay(window, first);
  }
  const end = boundary.of(next);
  return { kind: "calendar", start: boundary.of(first) / 1000, end: end / 1000, validUntil: end };
}

function firstDayOf(window: CalendarWindow, date: number, weekStart: WeekDay): number {
  const day = new Date(date);
  if (window === "monthly") return Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), 1);
  if (window === "daily") return date;
  return date - ((day.getUTCDay() - WEEK_DAY[weekStart] + 7) % 7) * DAY_MS;
}

function nextFirstDay(window: CalendarWindow, first: number): number {
  if (window === "weekly") return first + 7 * DAY_MS;
  if (window === "daily") return first + DAY_MS;
  const day = new Date(first);
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 1);
}

function boundariesOf({ timeZone, dailyReset }: Pick<LimitRules, "timeZone" | "dailyReset">): Boundaries {
  const clock = zoneClock(timeZone);
  const [hours = 0, minutes = 0] = dailyReset.split(":").map(Number);
  const resetMs = (hours * 60 + minutes) * 60_000;
  return {
    of: (date) => clock.firstAt(date + resetMs),
    dateOf: (at) => Math.floor(clock.wallAt(at) / DAY_MS) * DAY_MS,
  };
}
