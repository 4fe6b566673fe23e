import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCalendar } from "./calendar";
import { slotAt, slotEndsAt, type WindowRule, windowAt } from "./window";

const HOUR = 3_600_000;
const iso = (at: number) => new Date(at).toISOString().slice(0, 19);
const rule = (given: Partial<WindowRule>): WindowRule => ({
  window: "daily",
  mode: "calendar",
  zone: "UTC",
  dailyReset: "00:00",
  weekStart: "monday",
  ...given,
});

describe("a calendar window", () => {
  const newYork = { zone: "America/New_York" };
  const weekly = { ...newYork, window: "weekly" } as const;
  const tokyo = { zone: "Asia/Tokyo", window: "monthly", dailyReset: "09:00" } as const;
  it.each<[string, Partial<WindowRule>, string, string, string, number]>([
    ["W1", newYork, "2026-03-08T12:00", "2026-03-08T05:00", "2026-03-09T04:00", 23],
    ["W2", newYork, "2026-11-01T12:00", "2026-11-01T04:00", "2026-11-02T05:00", 25],
    ["W3", { ...newYork, dailyReset: "02:30" }, "2026-03-08T12:00", "2026-03-08T07:00", "2026-03-09T06:30", 23.5],
    ["W4", { ...newYork, dailyReset: "01:30" }, "2026-11-01T06:00", "2026-11-01T05:30", "2026-11-02T06:30", 25],
    ["W5", { zone: "Africa/Cairo" }, "2026-04-24T00:00", "2026-04-23T22:00", "2026-04-24T21:00", 23],
    ["W6", { zone: "America/Havana" }, "2026-11-01T12:00", "2026-11-01T04:00", "2026-11-02T05:00", 25],
    ["W7", { zone: "Australia/Lord_Howe" }, "2026-10-04T10:00", "2026-10-03T13:30", "2026-10-04T13:00", 23.5],
    ["W8", { zone: "Asia/Kathmandu" }, "2026-11-21T12:00", "2026-11-20T18:15", "2026-11-21T18:15", 24],
    [
      "W9 before",
      { zone: "Asia/Shanghai", dailyReset: "04:00" },
      "2026-11-20T19:59:59.999",
      "2026-11-19T20:00",
      "2026-11-20T20:00",
      24,
    ],
    [
      "W9 after",
      { zone: "Asia/Shanghai", dailyReset: "04:00" },
      "2026-11-20T20:00:00",
      "2026-11-20T20:00",
      "2026-11-21T20:00",
      24,
    ],
    ["W10 before", { zone: "Pacific/Apia" }, "2011-12-30T05:00", "2011-12-29T10:00", "2011-12-30T10:00", 24],
    ["W10 after", { zone: "Pacific/Apia" }, "2011-12-30T12:00", "2011-12-30T10:00", "2011-12-31T10:00", 24],
    ["W11 Monday", weekly, "2026-11-01T12:00", "2026-10-26T04:00", "2026-11-02T05:00", 169],
    ["W11 Sunday", { ...weekly, weekStart: "sunday" }, "2026-11-01T12:00", "2026-11-01T04:00", "2026-11-08T05:00", 169],
    ["W12 February", tokyo, "2026-02-28T23:59", "2026-02-01T00:00", "2026-03-01T00:00", 672],
    ["W12 March", tokyo, "2026-03-01T00:00", "2026-03-01T00:00", "2026-04-01T00:00", 744],
    [
      "W13",
      { zone: "America/St_Johns", window: "monthly" },
      "2026-11-15T12:00",
      "2026-11-01T02:30",
      "2026-12-01T03:30",
      721,
    ],
    [
      "weeks from Saturday",
      { window: "weekly", weekStart: "saturday" },
      "2026-11-21T00:00",
      "2026-11-21T00:00",
      "2026-11-28T00:00",
      168,
    ],
  ])("is that of %s", (...[, given, at, from, to, hours]) => {
    const window = windowAt(rule(given), Date.parse(`${at}Z`), createCalendar());
    expect([iso(window.start * 1000), iso(window.end * 1000)]).toEqual([`${from}:00`, `${to}:00`]);
    expect(window).toMatchObject({ kind: "calendar", validUntil: window.end * 1000 });
    expect((window.end - window.start) / 3600).toBe(hours);
  });

  it("contains its instant, and adjoins the windows before and after it, in every zone", () => {
    const calendar = createCalendar();
    const zones = Intl.supportedValuesOf("timeZone");
    const rules = fc.record({
      window: fc.constantFrom("daily" as const, "weekly" as const, "monthly" as const),
      zone: fc.constantFrom(...zones),
      dailyReset: fc.integer({ min: 0, max: 287 }).map((n) => new Date(n * 300_000).toISOString().slice(11, 16)),
      weekStart: fc.constantFrom("monday" as const, "sunday" as const, "saturday" as const),
    });
    const instants = fc.integer({ min: Date.parse("1990-01-01"), max: Date.parse("2037-12-31") });
    fc.assert(
      fc.property(rules, instants, (given, at) => {
        const periodOf = (instant: number) => windowAt(rule(given), instant, calendar);
        const { start, end, validUntil } = periodOf(at);
        expect(start * 1000).toBeLessThanOrEqual(at);
        expect(at).toBeLessThan(validUntil);
        expect([start % 300, end % 300]).toEqual([0, 0]);
        expect(periodOf(start * 1000)).toMatchObject({ start, end });
        expect(periodOf(validUntil - 1)).toMatchObject({ start, end });
        expect(periodOf(start * 1000 - 1).end).toBe(start);
        expect(periodOf(validUntil).start).toBe(end);
      }),
      { numRuns: 400 },
    );
  });

  it("says which zone it does not know", () => {
    expect(() => windowAt(rule({ zone: "Mars/Olympus" }), 0, createCalendar())).toThrow(RangeError);
  });
});

describe("every boundary of 2026", () => {
  const zones = [
    ...["UTC", "America/New_York", "America/St_Johns", "America/Havana", "America/Santiago", "America/Sao_Paulo"],
    ...["America/Nuuk", "America/Asuncion", "America/Los_Angeles", "America/Adak", "Atlantic/Azores"],
    ...["Africa/Cairo", "Africa/Casablanca", "Africa/El_Aaiun", "Europe/London", "Europe/Berlin", "Europe/Chisinau"],
    ...["Asia/Beirut", "Asia/Gaza", "Asia/Jerusalem", "Asia/Tehran", "Asia/Kolkata", "Asia/Kathmandu"],
    ...["Asia/Shanghai", "Asia/Tokyo", "Australia/Lord_Howe", "Australia/Adelaide", "Pacific/Auckland"],
    ...["Pacific/Chatham", "Pacific/Kiritimati"],
  ];
  const firstStep = Date.parse("2025-12-30T00:00Z");
  const lastStep = Date.parse("2027-01-04T00:00Z");
  const STEP = 300_000;

  /** Wall times in steps of 5 minutes, read every 3 hours and, where the clock went otherwise in between, at every step. */
  function wallSteps(zone: string): number[] {
    const format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
    const wallOf = (at: number) => Date.parse(`${format.format(at).replace(" ", "T")}Z`);
    const stride = 3 * HOUR;
    const steps: number[] = [];
    let next = wallOf(firstStep);
    for (let from = firstStep; from < lastStep; from += stride) {
      const wall = next;
      next = wallOf(from + stride);
      for (let ahead = 0; ahead < stride; ahead += STEP)
        steps.push(next - wall === stride ? wall + ahead : wallOf(from + ahead));
    }
    return steps;
  }

  /** The first steps whose wall time is `reset` of a date or later, for dates in order. */
  function search(steps: readonly number[], reset: string): number[] {
    let step = 0;
    return dates.map((date) => {
      const wall = Date.parse(`${date}T${reset}Z`);
      while ((steps[step] ?? wall) < wall) step++;
      return firstStep + step * STEP;
    });
  }

  const dates = Array.from({ length: 367 }, (_, n) => new Date(Date.UTC(2026, 0, 1 + n)).toISOString().slice(0, 10));

  it.each(zones)("in %s equals a search in steps of 5 minutes", (zone) => {
    const steps = wallSteps(zone);
    const calendar = createCalendar();
    for (const dailyReset of ["00:00", "01:30", "02:30", "23:55"]) {
      const found = search(steps, dailyReset);
      const computed = found
        .slice(0, -1)
        .map((from) => windowAt(rule({ zone, dailyReset }), from, calendar))
        .map(({ start, end }) => [start * 1000, end * 1000]);
      expect(computed).toEqual(found.slice(0, -1).map((from, n) => [from, found[n + 1]]));
    }
  });
});

describe("a rolling window", () => {
  it.each([
    ["5h", 300, 60, 5],
    ["daily", 1_800, 48, 24],
    ["weekly", 10_800, 56, 168],
    ["monthly", 43_200, 60, 720],
  ] as const)("over %s counts its length and at most one slice more", (...[window, seconds, past, hours]) => {
    const ref = windowAt(rule({ window, mode: "rolling" }), 0, createCalendar());
    expect(ref).toEqual({ kind: "rolling", start: seconds, end: past, validUntil: Number.POSITIVE_INFINITY });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.parse("2100-01-01") }), (at) => {
        const counted = (slotEndsAt(ref, slotAt(ref, at)) ?? 0) - at;
        expect(counted).toBeGreaterThan(hours * HOUR);
        expect(counted).toBeLessThanOrEqual(hours * HOUR + seconds * 1000);
      }),
    );
  });

  it("is that of W14", () => {
    const ref = windowAt(rule({ window: "5h", mode: "rolling" }), 0, createCalendar());
    const slot = slotAt(ref, Date.parse("2026-11-21T09:03:20Z"));
    expect(iso(slot * 300_000)).toBe("2026-11-21T09:00:00");
    expect(iso(slotEndsAt(ref, slot) ?? 0)).toBe("2026-11-21T14:05:00");
  });
});

describe("a fixed window", () => {
  it("is that of W15", () => {
    const ref = windowAt(rule({ window: "5h", mode: "fixed" }), 0, createCalendar());
    expect(ref).toMatchObject({ kind: "fixed", start: 18_000, end: 300 });
    let running = 0;
    const windows = ["09:03:20", "13:59:59", "14:00:00", "19:31:00"].map((time) => {
      running = slotAt(ref, Date.parse(`2026-11-21T${time}Z`), running);
      return [iso(running * 1000).slice(11, 16), iso(slotEndsAt(ref, running) ?? 0).slice(11, 16)];
    });
    expect(windows).toEqual([
      ["09:00", "14:00"],
      ["09:00", "14:00"],
      ["14:00", "19:00"],
      ["19:30", "00:30"],
    ]);
  });
});

describe("the instance of an admission", () => {
  it("is the start of a calendar window, and of a total its restart, which never ends", () => {
    const at = Date.parse("2026-11-21T09:03:20Z");
    const { start, end } = windowAt(rule({}), at, createCalendar());
    expect(slotAt({ kind: "calendar", start, end }, at)).toBe(start);
    expect(slotEndsAt({ kind: "calendar", start, end }, start)).toBe(end * 1000);
    expect(slotAt({ kind: "total", start: 17, end: 0 }, at)).toBe(17);
    expect(slotEndsAt({ kind: "total", start: 17, end: 0 }, 17)).toBeNull();
  });
});
