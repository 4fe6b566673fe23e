import { expect, test } from "vitest";
import { readDecision } from "./read-decision";

test("reads what is there and leaves the rest null", () => {
  const decision = {
    v: 1,
    configVersion: 7,
    model: { requested: "fast", billed: "fast", mapped: "gpt-5-mini" },
    estimate: { inputTokens: 12 },
    outcome: "admitted",
  };
  expect(readDecision(decision)).toEqual({
    isAdmitted: true,
    code: null,
    configVersion: 7,
    requested: "fast",
    billed: "fast",
    mapped: "gpt-5-mini",
    estimatedInputTokens: 12,
    limits: [],
    rates: [],
  });
  expect(readDecision({ v: 1, outcome: "denied", code: "key_expired" })).toMatchObject({
    isAdmitted: false,
    code: "key_expired",
    requested: null,
  });
});

test.each([null, undefined, "admitted", 3, [], {}, { outcome: "maybe" }])("%j is no decision", (decision) => {
  expect(readDecision(decision)).toBeNull();
});
