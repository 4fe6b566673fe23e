/** One calendar day of a zone: `day` as `2026-11-21`, `from` inclusive and `to` exclusive in epoch ms. */
export type ZonedDay = { readonly day: string; readonly from: number; readonly to: number };

/**
 * The wall clock of one IANA zone. A wall time is the epoch ms of the same numbers in UTC: `Date.UTC(2026, 10, 21, 9)` is nine o'clock on
 * 2026-11-21 wherever the clock hangs. Both answers are whole seconds.
 */
export type ZoneClock = {
  /** The wall time at an instant (epoch ms). */
  wallAt(at: number): number;
  /** The earliest instant (epoch ms) whose wall time is `wall` or later: after a gap its end, of a repeated time the first. */
  firstAt(wall: number): number;
};

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** No zone was ever further from UTC. */
const WIDEST_OFFSET_MS = 16 * HOUR_MS;
/** Clocks change at most once within it. */
const STEP_MS = 8 * HOUR_MS;

/** The calendar day of an IANA zone that holds an instant (epoch ms). Days of a clock change are longer or shorter; none overlap. */
export function dayOf(at: number, zone: string): ZonedDay {
  const clock = zoneClock(zone);
  const midnight = Math.floor(clock.wallAt(at) / DAY_MS) * DAY_MS;
  return {
    day: new Date(midnight).toISOString().slice(0, 10),
    from: clock.firstAt(midnight),
    to: clock.firstAt(midnight + DAY_MS),
  };
}

/** The clock of a zone that `Intl` knows; throws a RangeError for any other. Costly to make, so keep it. */
export function zoneClock(zone: string): ZoneClock {
  const wallAt = reader(zone);
  const offsetAt = (at: number) => wallAt(at) - at;
  return {
    wallAt,
    firstAt(wall) {
      let from = wall - WIDEST_OFFSET_MS;
      let offset = offsetAt(from);
      while (from < wall + WIDEST_OFFSET_MS) {
        const to = from + STEP_MS;
        const next = offsetAt(to);
        const change = next === offset ? to : changeWithin(from, to, offsetAt);
        if (wall - offset < change) return Math.max(from, wall - offset);
        if (wall - next < to) return Math.max(change, wall - next);
        from = to;
        offset = next;
      }
      return wall - offset;
    },
  };
}

/**
 * The instant (epoch ms) at which a zone's wall clock shows a local time, `2026-03-08T02:30` or with seconds; of a time that comes twice the
 * first. Null for a time that a clock change skips and for text that is no date and time.
 */
export function instantOfLocal(local: string, zone: string): number | null {
  const wall = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(local) ? Date.parse(`${local}Z`) : Number.NaN;
  if (Number.isNaN(wall) || !new Date(wall).toISOString().startsWith(local)) return null;
  const clock = zoneClock(zone);
  const at = clock.firstAt(wall);
  return clock.wallAt(at) === wall ? at : null;
}

/** The first second after `from` with the offset of `to`. */
function changeWithin(from: number, to: number, offsetAt: (at: number) => number): number {
  const before = offsetAt(from);
  let low = from;
  let high = to;
  while (high - low > SECOND_MS) {
    const middle = low + Math.floor((high - low) / 2 / SECOND_MS) * SECOND_MS;
    if (offsetAt(middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

function reader(zone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    calendar: "iso8601",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  return (at) => {
    const parts = new Map(format.formatToParts(at).map((part) => [part.type, Number(part.value)]));
    const of = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
    return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
  };
}
