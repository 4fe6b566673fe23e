import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { type LimitMode, type LimitWindow, WEEK_DAYS, type WeekDay } from "../vocabulary";
import { createWindows } from "./window";

const at = (text: string) => Date.parse(`${text}Z`);
const shown = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 16);

type Row = {
  readonly id: string;
  readonly zone: string;
  readonly at: string;
  readonly window: readonly [string, string];
  readonly of?: LimitWindow;
  readonly reset?: string;
  readonly week?: WeekDay;
};

describe("calendar windows (quota.md W1-W13)", () => {
  const newYork = { zone: "America/New_York" };
  const rows: readonly Row[] = [
    { id: "W1", ...newYork, at: "2026-03-08T12:00", window: ["2026-03-08T05:00", "2026-03-09T04:00"] },
    { id: "W2", ...newYork, at: "2026-11-01T12:00", window: ["2026-11-01T04:00", "2026-11-02T05:00"] },
    { id: "W3", ...newYork, reset: "02:30", at: "2026-03-08T12:00", window: ["2026-03-08T07:00", "2026-03-09T06:30"] },
    { id: "W4", ...newYork, reset: "01:30", at: "2026-11-01T06:00", window: ["2026-11-01T05:30", "2026-11-02T06:30"] },
    { id: "W5", zone: "Africa/Cairo", at: "2026-04-24T00:00", window: ["2026-04-23T22:00", "2026-04-24T21:00"] },
    { id: "W6", zone: "America/Havana", at: "2026-11-01T12:00", window: ["2026-11-01T04:00", "2026-11-02T05:00"] },
    { id: "W7", zone: "Australia/Lord_Howe", at: "2026-10-04T10:00", window: ["2026-10-03T13:30", "2026-10-04T13:00"] },
    { id: "W8", zone: "Asia/Kathmandu", at: "2026-11-21T12:00", window: ["2026-11-20T18:15", "2026-11-21T18:15"] },
    {
      id: "W9",
      ...{ zone: "Asia/Shanghai", reset: "04:00", at: "2026-11-20T19:59:59" },
      window: ["2026-11-19T20:00", "2026-11-20T20:00"],
    },
    {
      id: "W9, a second later",
      ...{ zone: "Asia/Shanghai", reset: "04:00", at: "2026-11-20T20:00:00" },
      window: ["2026-11-20T20:00", "2026-11-21T20:00"],
    },
    { id: "W10", zone: "Pacific/Apia", at: "2011-12-30T05:00", window: ["2011-12-29T10:00", "2011-12-30T10:00"] },
    {
      id: "W10, after the skipped day",
      ...{ zone: "Pacific/Apia", at: "2011-12-30T12:00" },
      window: ["2011-12-30T10:00", "2011-12-31T10:00"],
    },
    {
      id: "W11, weeks from Monday",
      ...{ ...newYork, of: "weekly", week: "monday", at: "2026-11-01T12:00" },
      window: ["2026-10-26T04:00", "2026-11-02T05:00"],
    },
    {
      id: "W11, weeks from Sunday",
      ...{ ...newYork, of: "weekly", week: "sunday", at: "2026-11-01T12:00" },
      window: ["2026-11-01T04:00", "2026-11-08T05:00"],
    },
    {
      id: "W12",
      ...{ zone: "Asia/Tokyo", of: "monthly", reset: "09:00", at: "2026-02-28T23:59" },
      window: ["2026-02-01T00:00", "2026-03-01T00:00"],
    },
    {
      id: "W12, a minute later",
      ...{ zone: "Asia/Tokyo", of: "monthly", reset: "09:00", at: "2026-03-01T00:00" },
      window: ["2026-03-01T00:00", "2026-04-01T00:00"],
    },
    {
      id: "W13",
      ...{ zone: "America/St_Johns", of: "monthly", at: "2026-11-15T12:00" },
      window: ["2026-11-01T02:30", "2026-12-01T03:30"],
    },
  ];
  test.each(rows)("$id", ({ zone, reset = "00:00", week = "monday", of = "daily", ...row }) => {
    const windows = createWindows({ timeZone: zone, dailyReset: reset, weekStart: week });
    const found = windows.instanceAt({ window: of, mode: "calendar" }, at(row.at));
    expect([shown(found.start), shown(found.end)]).toEqual(row.window);
    expect(found).toMatchObject({ kind: "calendar", validUntil: found.end * 1000 });
  });
});

const ZONES = [
  ...["UTC", "America/New_York", "America/Los_Angeles", "America/Chicago", "America/Denver", "America/Anchorage"],
  ...["America/Halifax", "America/St_Johns", "America/Havana", "America/Santiago", "America/Asuncion", "America/Nuuk"],
  ...["America/Sao_Paulo", "Atlantic/Azores", "Europe/London", "Europe/Berlin", "Europe/Moscow", "Africa/Cairo"],
  ...["Africa/Casablanca", "Asia/Beirut", "Asia/Jerusalem", "Asia/Tehran", "Asia/Kolkata", "Asia/Kathmandu"],
  ...["Asia/Shanghai", "Asia/Tokyo", "Australia/Lord_Howe", "Australia/Sydney", "Pacific/Auckland", "Pacific/Chatham"],
];

describe("every boundary of 2026", () => {
  const HOUR_MS = 3_600_000;
  const STEP_MS = 300_000;
  const firstStep = Date.parse("2025-12-30T00:00Z");
  const lastStep = Date.parse("2027-01-04T00:00Z");
  const dates = Array.from({ length: 367 }, (_, n) => new Date(Date.UTC(2026, 0, 1 + n)).toISOString().slice(0, 10));

  /** Wall times in steps of 5 minutes, read every 3 hours and, where the clock went otherwise in between, at every step. */
  function wallSteps(zone: string): number[] {
    const format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
    const wallOf = (instant: number) => at(format.format(instant).replace(" ", "T"));
    const stride = 3 * HOUR_MS;
    const steps: number[] = [];
    let next = wallOf(firstStep);
    for (let from = firstStep; from < lastStep; from += stride) {
      const wall = next;
      next = wallOf(from + stride);
      for (let ahead = 0; ahead < stride; ahead += STEP_MS)
        steps.push(next - wall === stride ? wall + ahead : wallOf(from + ahead));
    }
    return steps;
  }

  /** The first step of each date whose wall time is the reset time or later. */
  function search(steps: readonly number[], reset: string): number[] {
    let step = 0;
    return dates.map((date) => {
      const wall = at(`${date}T${reset}`);
      while ((steps[step] ?? wall) < wall) step++;
      return firstStep + step * STEP_MS;
    });
  }

  test.each(ZONES)("in %s is the first 5-minute step whose wall clock shows the reset time or later", (zone) => {
    const steps = wallSteps(zone);
    for (const dailyReset of ["00:00", "01:30", "02:30", "23:55"]) {
      const windows = createWindows({ timeZone: zone, dailyReset, weekStart: "monday" });
      const found = search(steps, dailyReset);
      const days = found.slice(0, -1).map((from) => windows.instanceAt({ window: "daily", mode: "calendar" }, from));
      expect(days.map(({ start, end }) => [start * 1000, end * 1000])).toEqual(
        found.slice(0, -1).map((from, n) => [from, found[n + 1]]),
      );
    }
  });
});

describe("any calendar window of any zone", () => {
  const rules = fc.record({
    timeZone: fc.constantFrom(...Intl.supportedValuesOf("timeZone")),
    dailyReset: fc.integer({ min: 0, max: 287 }).map((n) => new Date(n * 300_000).toISOString().slice(11, 16)),
    weekStart: fc.constantFrom(...WEEK_DAYS),
  });
  const calendar = fc.constantFrom<LimitWindow>("daily", "weekly", "monthly");
  const instant = fc.integer({ min: at("1990-01-01T00:00"), max: at("2037-12-31T00:00") });

  test("holds its instant, lies on the grid of the rollup and adjoins those before and after it", () => {
    fc.assert(
      fc.property(rules, calendar, instant, (given, window, now) => {
        const windows = createWindows(given);
        const windowOf = (when: number) => windows.instanceAt({ window, mode: "calendar" }, when);
        const { start, end, validUntil } = windowOf(now);
        expect(start * 1000).toBeLessThanOrEqual(now);
        expect(now).toBeLessThan(validUntil);
        expect([start % 300, end % 300]).toEqual([0, 0]);
        expect(windowOf(start * 1000 - 1).end).toBe(start);
        expect(windowOf(start * 1000)).toMatchObject({ start, end });
        expect(windowOf(validUntil).start).toBe(end);
        expect(windowOf(validUntil - 1)).toMatchObject({ start, end });
      }),
      { numRuns: 300 },
    );
  });
});

test("a window is computed once, however often it is asked for", () => {
  const windows = createWindows({ timeZone: "Asia/Tokyo", dailyReset: "04:00", weekStart: "monday" });
  const { start, validUntil } = windows.instanceAt({ window: "daily", mode: "calendar" }, at("2026-11-21T12:00"));
  const format = vi.spyOn(Intl.DateTimeFormat.prototype, "formatToParts");
  for (let now = start * 1000; now < validUntil; now += 600_000)
    windows.instanceAt({ window: "daily", mode: "calendar" }, now);
  expect(format).not.toHaveBeenCalled();
  windows.instanceAt({ window: "daily", mode: "calendar" }, validUntil);
  expect(format.mock.calls.length).toBeLessThan(30);
  format.mockRestore();
});

describe("other windows", () => {
  const windows = createWindows({ timeZone: "UTC", dailyReset: "00:00", weekStart: "monday" });
  test.each<[LimitWindow, LimitMode, { readonly start: number; readonly end: number }]>([
    ["5h", "rolling", { start: 300, end: 60 }],
    ["daily", "rolling", { start: 1_800, end: 48 }],
    ["weekly", "rolling", { start: 10_800, end: 56 }],
    ["monthly", "rolling", { start: 43_200, end: 60 }],
    ["5h", "fixed", { start: 18_000, end: 300 }],
  ])("%s %s never ends by the calendar", (window, mode, instance) => {
    const validUntil = Number.POSITIVE_INFINITY;
    expect(windows.instanceAt({ window, mode }, 0)).toEqual({ kind: mode, ...instance, validUntil });
  });
});
