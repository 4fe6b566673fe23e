import { expect, test, vi } from "vitest";
import { type CalendarRule, createCalendar } from "./calendar";

const rule: CalendarRule = { window: "daily", zone: "Asia/Tokyo", dailyReset: "04:00", weekStart: "monday" };
const NOON = Date.parse("2026-11-21T12:00Z");

test("a period is computed once, however often it is asked for", () => {
  const calendar = createCalendar();
  const period = calendar.periodAt(rule, NOON);
  const format = vi.spyOn(Intl.DateTimeFormat.prototype, "formatToParts");
  for (let at = period.from; at < period.to; at += 60_000) expect(calendar.periodAt(rule, at)).toBe(period);
  expect(format).not.toHaveBeenCalled();
  expect(calendar.periodAt(rule, period.to).from).toBe(period.to);
  expect(format).toHaveBeenCalled();
  format.mockRestore();
});

test("each change of the settings is a rule of its own", () => {
  const calendar = createCalendar();
  const changes: Partial<CalendarRule>[] = [
    {},
    { zone: "UTC" },
    { dailyReset: "05:00" },
    { window: "monthly" },
    { window: "weekly" },
    { window: "weekly", weekStart: "sunday" },
  ];
  const starts = changes.map((change) => calendar.periodAt({ ...rule, ...change }, NOON).from);
  expect(new Set(starts).size).toBe(changes.length);
});
