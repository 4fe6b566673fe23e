/** One calendar day of a zone: `day` as `2026-11-21`, `from` inclusive and `to` exclusive in epoch ms. */
export type ZonedDay = { readonly day: string; readonly from: number; readonly to: number };

const DAY_MS = 86_400_000;

/** The calendar day of an IANA zone that holds an instant (epoch ms). Days of a clock change are longer or shorter; none overlap. */
export function dayOf(at: number, zone: string): ZonedDay {
  const read = reader(zone);
  const midnight = Math.floor(read(at) / DAY_MS) * DAY_MS;
  return {
    day: new Date(midnight).toISOString().slice(0, 10),
    from: startOf(midnight, read),
    to: startOf(midnight + DAY_MS, read),
  };
}

/** Reads an instant as the wall clock of an IANA zone: epoch ms of the same numbers in UTC. */
export function reader(zone: string): (at: number) => number {
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

/** The first instant whose wall clock shows the day that begins at `midnight`; a clock change at midnight moves it. */
function startOf(midnight: number, read: (at: number) => number): number {
  const offsets = [midnight - DAY_MS, midnight + DAY_MS].map((at) => read(at) - at);
  const starts = offsets.map((offset) => midnight - offset);
  const inside = starts.filter((at) => Math.floor(read(at) / DAY_MS) * DAY_MS === midnight);
  return Math.min(...(inside.length > 0 ? inside : starts));
}

/**
 * The instant (epoch ms) at which a zone's wall clock shows a local time, `2026-03-08T02:30` or with seconds; of a time that comes twice the
 * first. Null for a time that a clock change skips and for text that is no date and time.
 */
export function instantOfLocal(local: string, zone: string): number | null {
  const wall = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(local) ? Date.parse(`${local}Z`) : Number.NaN;
  if (Number.isNaN(wall) || !new Date(wall).toISOString().startsWith(local)) return null;
  const read = reader(zone);
  const candidates = [wall - DAY_MS, wall + DAY_MS].map((at) => wall - (read(at) - at));
  const exact = candidates.filter((at) => read(at) === wall);
  return exact.length === 0 ? null : Math.min(...exact);
}
