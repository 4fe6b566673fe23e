const MINUTE_MS = 60_000;

/** An instant (ISO text) as the value of a `datetime-local` field in a time zone: `2026-11-21T14:03`. */
export function toZonedInput(at: string, zone: string): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" })
    .format(new Date(at))
    .replace(" ", "T");
}

/**
 * The instant (ISO text) of such a value; null for what is no date and time from the year 2000 on. A wall-clock time that a clock change
 * skips moves on by the gap; one that it repeats is the first.
 */
export function fromZonedInput(value: string, zone: string): string | null {
  const wall = /^[2-9]\d{3}-\d\d-\d\dT\d\d:\d\d/.test(value) ? Date.parse(`${value.slice(0, 16)}Z`) : Number.NaN;
  if (Number.isNaN(wall)) return null;
  const offset = (at: number) => Date.parse(`${toZonedInput(new Date(at).toISOString(), zone)}Z`) - at;
  const day = 1440 * MINUTE_MS;
  const candidates = [offset(wall - day), offset(wall + day)].map((one) => wall - one);
  const exact = candidates.filter((at) => at + offset(at) === wall);
  const at = exact.length > 0 ? Math.min(...exact) : Math.max(...candidates);
  return new Date(at).toISOString();
}
