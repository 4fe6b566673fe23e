import { describe, expect, test } from "vitest";
import { fromZonedInput, toZonedInput } from "./zoned-input";

describe("a date and time in a zone", () => {
  test.each([
    ["2026-11-21T14:03:00.000Z", "UTC", "2026-11-21T14:03"],
    ["2026-11-21T20:00:00.000Z", "Asia/Kathmandu", "2026-11-22T01:45"],
    ["2026-07-01T03:30:00.000Z", "America/St_Johns", "2026-07-01T01:00"],
    ["2026-01-01T00:00:00.000Z", "Pacific/Auckland", "2026-01-01T13:00"],
  ])("%s in %s is shown as %s and read back as the same instant", (at, zone, shown) => {
    expect(toZonedInput(at, zone)).toBe(shown);
    expect(fromZonedInput(shown, zone)).toBe(at);
  });

  test("a time that the clocks repeat is the first of the two", () => {
    expect(fromZonedInput("2026-11-01T01:30", "America/New_York")).toBe("2026-11-01T05:30:00.000Z");
  });

  test("a time that the clocks skip moves on by the gap", () => {
    expect(fromZonedInput("2026-03-08T02:30", "America/New_York")).toBe("2026-03-08T07:30:00.000Z");
  });

  test.each(["", "2026-11-21", "0002-11-21T14:03", "2026-99-21T14:03", "tomorrow"])("%j is no instant", (value) => {
    expect(fromZonedInput(value, "UTC")).toBeNull();
  });
});
