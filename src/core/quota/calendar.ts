import { type ZoneClock, zoneClock } from "@/lib/time-zone";
import type { LimitWindow, WeekDay } from "../vocabulary";

/** A period that follows the calendar of a zone, as the settings say it. */
export type CalendarRule = {
  readonly window: Exclude<LimitWindow, "total" | "5h">;
  /** IANA zone that `Intl` knows. */
  readonly zone: string;
  /** `HH:MM`, a multiple of 5 minutes. */
  readonly dailyReset: string;
  readonly weekStart: WeekDay;
};

/** One instance of a period: half-open, epoch ms. */
export type CalendarPeriod = { readonly from: number; readonly to: number };

/** The calendars of all zones with what was computed of them. */
export type Calendar = {
  /**
   * The period that holds an instant (epoch ms). A boundary of the local date D is the earliest instant whose wall time is D with the
   * reset time or later; D is any date, the first of a week or the first of a month (quota.md Q14). Throws a RangeError for an unknown zone.
   */
  periodAt(rule: CalendarRule, at: number): CalendarPeriod;
};

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Days from the last first day of a week before 1970 to 1970-01-01, a Thursday. */
const DAYS_INTO_WEEK = { monday: 3, sunday: 4, saturday: 5 } as const satisfies Record<WeekDay, number>;
const MAX_KEPT = 1_000;

/** A calendar that has computed nothing yet. It keeps the clock of each zone and the newest period of each rule: most calls only look it up. */
export function createCalendar(): Calendar {
  const clocks = new Map<string, ZoneClock>();
  const periods = new Map<string, CalendarPeriod>();
  return {
    periodAt(rule, at) {
      const key = `${rule.zone} ${rule.window} ${rule.dailyReset} ${rule.weekStart}`;
      const known = periods.get(key);
      if (known !== undefined && known.from <= at && at < known.to) return known;
      const clock = kept(clocks, rule.zone, () => zoneClock(rule.zone));
      const period = findPeriod(rule, at, clock);
      if (periods.size >= MAX_KEPT) periods.clear();
      periods.set(key, period);
      return period;
    },
  };
}

function kept<Value>(values: Map<string, Value>, key: string, make: () => Value): Value {
  const known = values.get(key);
  if (known !== undefined) return known;
  const made = make();
  values.set(key, made);
  return made;
}

/** Goes back from a date that begins later to the newest one that has begun. A date that the zone skipped begins with the next: never current. */
function findPeriod(rule: CalendarRule, at: number, clock: ZoneClock): CalendarPeriod {
  const reset = minutesOf(rule.dailyReset) * MINUTE_MS;
  let date = firstDate(rule, Math.floor(clock.wallAt(at) / DAY_MS) + 1);
  let from = clock.firstAt(date * DAY_MS + reset);
  let to = clock.firstAt(nextDate(rule, date) * DAY_MS + reset);
  while (from > at) {
    date = firstDate(rule, date - 1);
    to = from;
    from = clock.firstAt(date * DAY_MS + reset);
  }
  return { from, to };
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
}

/** The date on which the period of a date begins. Dates are days since 1970-01-01. */
function firstDate({ window, weekStart }: CalendarRule, date: number): number {
  if (window === "daily") return date;
  if (window === "weekly") return date - modulo(date + DAYS_INTO_WEEK[weekStart], 7);
  return date - new Date(date * DAY_MS).getUTCDate() + 1;
}

/** The first date of the next period, from the first one of a period. */
function nextDate({ window }: CalendarRule, first: number): number {
  if (window === "daily") return first + 1;
  if (window === "weekly") return first + 7;
  const day = new Date(first * DAY_MS);
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 1) / DAY_MS;
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}
