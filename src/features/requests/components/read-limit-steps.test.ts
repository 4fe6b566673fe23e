import { describe, expect, test } from "vitest";
import { type JudgedLimit, limitSteps } from "@/core/decision";
import { readLimitSteps } from "./read-limit-steps";

const judged = (given: Partial<JudgedLimit> = {}): JudgedLimit => ({
  limitId: 12,
  axis: "user",
  source: { kind: "user_group", id: 3 },
  target: "frontier",
  targetType: "group",
  unit: "usd",
  window: "daily",
  mode: "calendar",
  enforcement: "balanced",
  cap: 5_000_000_000,
  boost: 0,
  used: 1_250_000_001,
  held: 750_000,
  est: 562_500,
  worst: 945_000,
  verdict: "fits",
  resetsAt: Date.parse("2026-11-22T00:00:00Z"),
  ...given,
});
const stored = (value: unknown) => JSON.parse(JSON.stringify(value));
const read = (limits: readonly JudgedLimit[], given: { isFailOpen?: boolean; deniedBy?: number } = {}) =>
  readLimitSteps(stored({ steps: limitSteps(limits, given.isFailOpen ?? false), deniedBy: given.deniedBy }));

test("what the gateway stores is read whole", () => {
  expect(read([judged()])).toEqual([
    {
      limitId: 12,
      isDecisive: false,
      result: "passed",
      why: null,
      axis: "user",
      source: "user_group",
      group: "frontier",
      unit: "usd",
      window: "daily",
      enforcement: "balanced",
      cap: "5",
      boost: null,
      used: "1.250000001",
      held: "0.00075",
      estimate: "0.0005625",
      worst: "0.000945",
      resetsAt: "2026-11-22T00:00:00.000Z",
    },
  ]);
  expect(read([judged({ targetType: "global", target: "global" })])[0]?.group).toBeNull();
});

test("the limit that refused is told from others that would have", () => {
  const limits = [
    judged({ limitId: 1, verdict: "exhausted", enforcement: "shadow" }),
    judged({ limitId: 2, verdict: "too_large" }),
    judged({ limitId: 3, verdict: "contended" }),
  ];
  expect(read(limits, { deniedBy: 1 }).map(({ result, why, isDecisive }) => [result, why, isDecisive])).toEqual([
    ["would_refuse", "exhausted", false],
    ["refused", "too_large", true],
    ["refused", "contended", false],
  ]);
});

test("a limit whose counters did not answer was not checked", () => {
  expect(read([judged()], { isFailOpen: true })[0]?.result).toBe("unchecked");
});

describe("what cannot be read", () => {
  test.each([undefined, null, "limit", {}, 3])("steps that are %j are none", (steps) => {
    expect(readLimitSteps({ steps })).toEqual([]);
  });

  test("is left out: other kinds of steps, amounts that are none, instants that are none", () => {
    const steps = [
      { kind: "rate", verdict: "pass" },
      null,
      { kind: "limit", cap: "block", used: 5, held: "<b>", resetsAt: 9e99 },
    ];
    expect(readLimitSteps({ steps, deniedBy: 2 })).toMatchObject([
      { isDecisive: true, cap: null, used: null, held: null, resetsAt: null },
    ]);
  });
});
