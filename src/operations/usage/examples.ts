import type { ExamplesOf } from "../operation-example";

const SUMS = {
  ...{ costUsd: "1.25", requests: 40, tokens: 52_000, inputTokens: 44_000, cachedTokens: 12_000, outputTokens: 8_000 },
  ...{ errors: 1, denied: 2 },
};
const COUNTED = { total: SUMS, points: [SUMS] };
const PERIOD = {
  ...{ zone: "UTC", interval: "day" as const, from: "2026-11-21T00:00:00.000Z", to: "2026-11-22T00:00:00.000Z" },
  asOf: "2026-11-22T09:00:00.000Z",
  buckets: [{ from: "2026-11-21T00:00:00.000Z", to: "2026-11-22T00:00:00.000Z" }],
};

/** See the type. */
export const USAGE_EXAMPLES: ExamplesOf<"usage.report" | "me.usage"> = {
  "usage.report": {
    input: { from: "2026-11-21T00:00:00Z", to: "2026-11-22T00:00:00Z", groupBy: "user", top: 10 },
    output: { ...PERIOD, series: [{ id: 7, name: "Ada", ...COUNTED }], other: null, total: COUNTED },
  },
  "me.usage": {
    input: { from: "2026-11-21T00:00:00Z", to: "2026-11-22T00:00:00Z", groupBy: "model" },
    output: { ...PERIOD, series: [{ id: "gpt-4o", name: "gpt-4o", ...COUNTED }], other: null, total: COUNTED },
  },
};
