import { describe, expect, test } from "vitest";
import { type LiveFacts, liveStateOf } from "./live-channel";

const NOW = 1_000_000;

const facts = (given: Partial<LiveFacts>): LiveFacts => ({
  ...{ isEnabled: true, asOf: NOW, reportedAt: NOW, mode: "queue", inFlight: 0, capacity: 4, waiting: 0, queueSize: 2 },
  ...{ coolingUntil: null, trippedUntil: null },
  ...given,
});

describe("the state of a channel is the first that is true", () => {
  test.each([
    ["idle", { inFlight: 0 }],
    ["busy", { inFlight: 1 }],
    ["busy", { inFlight: 3 }],
    ["saturated", { inFlight: 4 }],
    ["queueing", { inFlight: 4, waiting: 1 }],
    ["full", { inFlight: 4, waiting: 2 }],
    ["over", { inFlight: 5 }],
    ["over", { mode: "observe", inFlight: 5, queueSize: null }],
    ["saturated", { mode: "observe", inFlight: 4, queueSize: null }],
    ["full", { mode: "reject", inFlight: 4, queueSize: null }],
    ["busy", { mode: "off", inFlight: 9, capacity: null, queueSize: null }],
    ["idle", { mode: "off", inFlight: 0, capacity: null, queueSize: null }],
    ["cooling", { inFlight: 5, coolingUntil: NOW + 1 }],
    ["tripped", { inFlight: 5, coolingUntil: NOW + 1, trippedUntil: NOW + 1 }],
    ["busy", { inFlight: 1, reportedAt: NOW - 5_000 }],
    ["stale", { inFlight: 5, trippedUntil: NOW + 1, reportedAt: NOW - 5_001 }],
    ["off", { isEnabled: false, inFlight: 5, reportedAt: 0 }],
  ] as const)("%s: %o", (state, given) => {
    expect(liveStateOf(facts(given))).toBe(state);
  });
});
