import { describe, expect, test } from "vitest";
import { type BucketsAsk, bucketBounds, hourCuts } from "./usage-buckets";

const at = (text: string) => Date.parse(text);
const texts = (
  ask: Omit<BucketsAsk, "weekStart" | "from" | "to"> & { from: string; to: string; weekStart?: "sunday" },
) =>
  bucketBounds({ weekStart: "monday", ...ask, from: at(ask.from), to: at(ask.to) }, 800)?.map((bound) =>
    new Date(bound).toISOString().replace(":00.000Z", ""),
  );

describe("the buckets of a report", () => {
  test.each([
    [
      "UTC",
      "day",
      "2026-11-21T12:00:00Z",
      "2026-11-23T00:00:00Z",
      ["2026-11-21T12:00", "2026-11-22T00:00", "2026-11-23T00:00"],
    ],
    [
      "UTC",
      "hour",
      "2026-11-21T12:30:00Z",
      "2026-11-21T14:00:00Z",
      ["2026-11-21T12:30", "2026-11-21T13:00", "2026-11-21T14:00"],
    ],
    [
      "Asia/Kathmandu",
      "hour",
      "2026-11-21T12:00:00Z",
      "2026-11-21T14:00:00Z",
      ["2026-11-21T12:00", "2026-11-21T12:15", "2026-11-21T13:15", "2026-11-21T14:00"],
    ],
    [
      "Asia/Kathmandu",
      "day",
      "2026-11-21T18:15:00Z",
      "2026-11-23T18:15:00Z",
      ["2026-11-21T18:15", "2026-11-22T18:15", "2026-11-23T18:15"],
    ],
  ] as const)("follow the wall clock of %s by the %s", (zone, interval, ...rest) => {
    const [from, to, expected] = rest as [string, string, readonly string[]];
    expect(texts({ zone, interval, from, to })).toEqual(expected);
  });

  test("a day of a clock change is an hour longer or shorter", () => {
    const days = (from: string, to: string) => texts({ zone: "America/St_Johns", interval: "day", from, to });
    expect(days("2026-03-07T03:30:00Z", "2026-03-10T02:30:00Z")).toEqual([
      ...["2026-03-07T03:30", "2026-03-08T03:30", "2026-03-09T02:30", "2026-03-10T02:30"],
    ]);
    expect(days("2026-10-31T02:30:00Z", "2026-11-03T03:30:00Z")).toEqual([
      ...["2026-10-31T02:30", "2026-11-01T02:30", "2026-11-02T03:30", "2026-11-03T03:30"],
    ]);
  });

  test("a repeated hour comes twice, and a skipped one not at all", () => {
    const hours = (from: string, to: string) => texts({ zone: "America/St_Johns", interval: "hour", from, to });
    expect(hours("2026-11-01T02:30:00Z", "2026-11-01T06:30:00Z")).toHaveLength(5);
    expect(hours("2026-03-08T04:30:00Z", "2026-03-08T06:30:00Z")).toEqual([
      ...["2026-03-08T04:30", "2026-03-08T05:30", "2026-03-08T06:30"],
    ]);
  });

  test("where the clock changes by half an hour, one bucket is half as long", () => {
    const hours = (from: string, to: string) => texts({ zone: "Australia/Lord_Howe", interval: "hour", from, to });
    // 2026-04-05 02:00 (+11) becomes 01:30 (+10:30); 2026-10-04 02:00 (+10:30) becomes 02:30 (+11).
    expect(hours("2026-04-04T14:00:00Z", "2026-04-04T16:30:00Z")).toEqual([
      ...["2026-04-04T14:00", "2026-04-04T15:00", "2026-04-04T15:30", "2026-04-04T16:30"],
    ]);
    expect(hours("2026-10-03T14:30:00Z", "2026-10-03T17:00:00Z")).toEqual([
      ...["2026-10-03T14:30", "2026-10-03T15:30", "2026-10-03T16:00", "2026-10-03T17:00"],
    ]);
  });

  test("weeks begin on the day that the settings name, months on the first", () => {
    const ask = { zone: "UTC", from: "2026-11-21T12:00:00Z" };
    expect(texts({ ...ask, interval: "week", to: "2026-11-30T12:00:00Z" })).toEqual([
      ...["2026-11-21T12:00", "2026-11-23T00:00", "2026-11-30T00:00", "2026-11-30T12:00"],
    ]);
    expect(texts({ ...ask, interval: "week", weekStart: "sunday", to: "2026-11-29T00:00:00Z" })).toEqual([
      ...["2026-11-21T12:00", "2026-11-22T00:00", "2026-11-29T00:00"],
    ]);
    expect(texts({ ...ask, interval: "month", to: "2027-01-05T00:00:00Z" })).toEqual([
      ...["2026-11-21T12:00", "2026-12-01T00:00", "2027-01-01T00:00", "2027-01-05T00:00"],
    ]);
  });

  test("a day that a zone skipped has no bucket", () => {
    const ask = { zone: "Pacific/Apia", interval: "day" as const };
    // 2011-12-30 did not happen there.
    expect(texts({ ...ask, from: "2011-12-29T10:00:00Z", to: "2012-01-01T10:00:00Z" })).toEqual([
      ...["2011-12-29T10:00", "2011-12-30T10:00", "2011-12-31T10:00", "2012-01-01T10:00"],
    ]);
  });

  test("more than the most are refused, just as many are not", () => {
    const ask = { from: at("2026-01-01T00:00:00Z"), interval: "hour", zone: "UTC", weekStart: "monday" } as const;
    const hours = (count: number) => bucketBounds({ ...ask, to: ask.from + count * 3_600_000 }, 800);
    expect(hours(800)).toHaveLength(801);
    expect(hours(801)).toBeNull();
    expect(bucketBounds({ ...ask, from: at("0001-01-03T00:00:00Z"), to: at("9999-12-28T00:00:00Z") }, 800)).toBeNull();
  });
});

test.each([
  ["UTC", []],
  ["Europe/Berlin", []],
  ["Asia/Kathmandu", [15]],
  ["America/St_Johns", [30]],
  ["Australia/Lord_Howe", [30]],
  ["Pacific/Chatham", [15]],
] as const)("hours of %s are cut at the minutes %j of UTC's", (zone, minutes) => {
  expect(hourCuts(zone, at("2026-11-21T12:34:56Z"))).toEqual(minutes);
});
