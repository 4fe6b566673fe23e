import { expect, test } from "vitest";
import { dayOf, instantOfLocal, zoneClock } from "./time-zone";

const hours = (day: { from: number; to: number }) => (day.to - day.from) / 3_600_000;
const iso = (at: number) => new Date(at).toISOString();

test.each([
  ["UTC", "2026-11-21T12:00:00Z", "2026-11-21", "2026-11-21T00:00:00.000Z", 24],
  ["Asia/Shanghai", "2026-11-21T17:00:00Z", "2026-11-22", "2026-11-21T16:00:00.000Z", 24],
  ["Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-29", "2026-03-28T23:00:00.000Z", 23],
  ["Europe/Berlin", "2026-10-25T12:00:00Z", "2026-10-25", "2026-10-24T22:00:00.000Z", 25],
  ["Asia/Kathmandu", "2026-01-01T00:00:00Z", "2026-01-01", "2025-12-31T18:15:00.000Z", 24],
  ["America/Santiago", "2026-09-06T12:00:00Z", "2026-09-06", "2026-09-06T04:00:00.000Z", 23],
])("in %s the day of %s is known", (...[zone, at, day, from, length]) => {
  const found = dayOf(Date.parse(at), zone);
  expect([found.day, iso(found.from), hours(found)]).toEqual([day, from, length]);
});

test("days follow each other without gap or overlap", () => {
  for (const zone of ["America/Santiago", "Europe/Berlin", "Africa/Cairo", "Australia/Lord_Howe"]) {
    let at = Date.parse("2026-01-01T12:00:00Z");
    for (let i = 0; i < 366; i++) {
      const today = dayOf(at, zone);
      const tomorrow = dayOf(today.to, zone);
      expect(tomorrow.from).toBe(today.to);
      expect(dayOf(today.to - 1, zone).day).toBe(today.day);
      at = today.to;
    }
  }
});

test.each<[string, string, string | null]>([
  ["2026-03-08T02:30", "America/New_York", null],
  ["2026-03-08T03:00", "America/New_York", "2026-03-08T07:00:00.000Z"],
  ["2026-11-01T01:30", "America/New_York", "2026-11-01T05:30:00.000Z"],
  ["2026-11-01T02:00:30", "America/New_York", "2026-11-01T07:00:30.000Z"],
  ["2026-10-04T02:15", "Australia/Lord_Howe", null],
  ["2011-12-30T12:00", "Pacific/Apia", null],
  ["2026-06-01T00:00", "UTC", "2026-06-01T00:00:00.000Z"],
  ["2026-02-30T00:00", "UTC", null],
  ["2026-06-01", "UTC", null],
  ["2026-06-01T00:00Z", "UTC", null],
])("the local time %s of %s is %s", (local, zone, at) => {
  const instant = instantOfLocal(local, zone);
  expect(instant === null ? null : new Date(instant).toISOString()).toBe(at);
});

const wallTime = (text: string) => Date.parse(`${text}Z`);

test.each([
  ["America/New_York", "2026-03-08T02:30", "2026-03-08T07:00:00.000Z", "after a gap: its end"],
  ["America/New_York", "2026-11-01T01:30", "2026-11-01T05:30:00.000Z", "of a repeated time: the first"],
  ["Pacific/Apia", "2011-12-30T09:00", "2011-12-30T10:00:00.000Z", "of a skipped date: the next one's beginning"],
  ["Pacific/Kiritimati", "2026-07-01T00:00", "2026-06-30T10:00:00.000Z", "far in the east"],
  ["Pacific/Pago_Pago", "2026-07-01T00:00", "2026-07-01T11:00:00.000Z", "far in the west"],
])("in %s the wall clock first shows %s at %s (%s)", (...[zone, wall, at]) => {
  expect(iso(zoneClock(zone).firstAt(wallTime(wall)))).toBe(at);
});
