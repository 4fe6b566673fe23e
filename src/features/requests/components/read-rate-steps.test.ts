import { expect, test } from "vitest";
import type { RateCounter } from "@/core/quota/resolve-rates";
import { rateSteps } from "@/core/rate-steps";
import { readRateSteps } from "./read-rate-steps";

const counter: RateCounter = {
  ...{ id: "u7:rpm:all:60000", metric: "rpm", limit: 5, burst: null, periodMs: 60_000 },
  ...{ axis: "user", target: "all", source: "group", userGroupId: 2, rowId: 4 },
};
const NAMES = { groupName: "frontier", model: "gpt-5" };
const stored = (value: unknown) => JSON.parse(JSON.stringify(value));

test("what the gateway stores of rates is read whole", () => {
  const ofModel: RateCounter = {
    ...counter,
    id: "u7:total:mgpt-5:600000",
    metric: "total",
    target: "model",
    periodMs: 600_000,
  };
  const rates = { counters: [counter, ofModel], concurrency: null };
  const lines = [
    { used: 3, waitMs: 0 },
    { used: 5, waitMs: 42_000 },
  ];
  const refused = rateSteps({ kind: "limited", by: 1, used: 5, waitMs: 42_000, at: 0, rates, lines }, NAMES);
  expect(readRateSteps(stored(refused))).toEqual([
    {
      ...{ metric: "rpm", isRefused: false, source: "group", target: null },
      ...{ used: 3, cap: 5, periodMs: 60_000, waitMs: null },
    },
    {
      ...{ metric: "total", isRefused: true, source: "group", target: "gpt-5" },
      ...{ used: 5, cap: 5, periodMs: 600_000, waitMs: 42_000 },
    },
  ]);
});

test("requests at once are one step behind the rates", () => {
  const concurrency = { requestId: "r", keyId: 3, user: 4, key: null };
  const rates = { counters: [counter], concurrency };
  const refused = rateSteps({ kind: "limited", by: "user", used: 4, waitMs: 0, at: 0, rates, lines: null }, NAMES);
  expect(refused.deniedBy).toBe(1);
  expect(readRateSteps(stored(refused)).at(-1)).toEqual({
    ...{ metric: "concurrency", isRefused: true, source: "user", target: null },
    ...{ used: 4, cap: 4, periodMs: null, waitMs: null },
  });
});

test.each([[undefined], ["text"], [[null, 5, { kind: "limit" }]]])("%j has no rate", (steps) => {
  expect(readRateSteps({ steps })).toEqual([]);
});
