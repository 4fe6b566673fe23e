import { buildUsage } from "@test/build-usage";
import { describe, expect, test } from "vitest";
import { billableUsage } from "./bill-attempt";
import { EMPTY_READING } from "./relay-state";

const reading = (patch: Partial<typeof EMPTY_READING>) => ({ ...EMPTY_READING, ...patch });
const expected = (inputTokens: number) => ({ inputTokens, estimate: null });
const usage = buildUsage({ counts: { input_text: 1200, output_text: 1 } });

describe("billableUsage", () => {
  test("a complete reply is charged by its usage", () => {
    const end = { charge: "seen", reading: reading({ usage, isComplete: true, contentEvents: 85 }) } as const;
    expect(billableUsage(end, expected(7))).toEqual({ usage, source: "upstream" });
  });

  test("a complete reply without usage is charged by the estimated input and the bytes seen", () => {
    const end = { charge: "seen", reading: reading({ isComplete: true, contentEvents: 2, contentBytes: 41 }) } as const;
    const bill = billableUsage(end, expected(70));
    expect(bill.source).toBe("estimated");
    expect(bill.usage?.counts).toEqual({ input_text: 70, output_text: 11 });
  });

  test("a cut stream is charged by its reported input and one token per content event (golden vector G43)", () => {
    const end = { charge: "seen", reading: reading({ usage, contentEvents: 85, contentBytes: 300 }) } as const;
    const bill = billableUsage(end, expected(7));
    expect(bill.usage).toMatchObject({ counts: { input_text: 1200, output_text: 85 }, source: "estimated" });
  });

  test("output that was reported is never lowered by what was seen", () => {
    const told = buildUsage({ counts: { input_text: 5, output_text: 40, output_audio: 60 } });
    const end = { charge: "seen", reading: reading({ usage: told, contentEvents: 3 }) } as const;
    expect(billableUsage(end, expected(7)).usage?.counts).toEqual(told.counts);
  });

  test("an aborted call of which nothing was seen pays its input", () => {
    expect(billableUsage({ charge: "seen", reading: EMPTY_READING }, expected(123)).usage?.counts).toEqual({
      input_text: 123,
    });
  });

  test("a failed reply pays what the upstream reported, else nothing", () => {
    expect(billableUsage({ charge: "reported", reading: EMPTY_READING }, expected(123))).toEqual({
      usage: null,
      source: "none",
    });
    expect(billableUsage({ charge: "reported", reading: reading({ usage }) }, expected(123))).toEqual({
      usage,
      source: "upstream",
    });
  });
});
