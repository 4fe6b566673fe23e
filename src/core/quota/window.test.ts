import { describe, expect, test } from "vitest";
import type { LimitMode, LimitWindow, WeekDay } from "../vocabulary";
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
  test.each(ZONES)("in %s is the first 5-minute step whose wall clock shows the reset time or later", (zone) => {
    const windows = createWindows({ timeZone: zone, dailyReset: "02:30", weekStart: "monday" });
    const format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
    const wall = (instant: number) => format.format(instant);
    for (let day = 0; day < 365; day++) {
      const date = new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10);
      const reset = `${date} 02:30:00`;
      let step = Date.parse(`${date}T02:30:00Z`) - 15 * 3_600_000;
      // An hour at a time up to an hour that may hold the boundary, then in steps.
      while (wall(step + 3_600_000) < reset && wall(step) < reset) step += 3_600_000;
      while (wall(step) < reset) step += 300_000;
      const found = windows.instanceAt({ window: "daily", mode: "calendar" }, step);
      expect(shown(found.start), date).toBe(shown(step / 1000));
      const before = windows.instanceAt({ window: "daily", mode: "calendar" }, step - 1);
      expect(before.end, date).toBe(found.start);
    }
  });
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
