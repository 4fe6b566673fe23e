import { NOW } from "../example-parts";
import type { ExamplesOf } from "../operation-example";
import type { QuotaCell, QuotaWindow } from "./schema";

const source = { limitId: 7, kind: "user", id: 12, name: null, state: "limit", amount: "10" } as const;
const window: QuotaWindow = {
  ...{ axis: "user", unit: "usd", window: "daily", state: "limit", mode: "calendar", enforcement: "balanced" },
  ...{ cap: "30", boost: "20", used: "4.2", held: "0.03", left: "25.77" },
  ...{ resetsAt: "2026-11-22T00:00:00.000Z", source },
  boosts: [{ id: 41, amount: "20", to: "2026-11-24T00:00:00.000Z" }],
};
const cell: QuotaCell = { ...window, target: 2, targetName: "frontier", sources: [source] };
const reading = { asOf: NOW, zone: "Europe/Berlin", source: "counters" } as const;

/** Examples of the operations on quotas. */
export const QUOTA_EXAMPLES: ExamplesOf<"users.limits" | "me.quotas" | "quotas.matrix" | "users.rebuildCounters"> = {
  "users.limits": { input: { id: 12 }, output: { ...reading, userId: 12, keyId: null, cells: [cell] } },
  "me.quotas": {
    input: {},
    output: {
      ...reading,
      rates: [],
      cards: [{ target: 2, targetName: "frontier", models: ["claude-opus-4-5", "gpt-4o"], windows: [window] }],
    },
  },
  "quotas.matrix": {
    input: { unit: "usd", window: "daily", limit: 50 },
    output: {
      ...{ asOf: NOW, zone: "Europe/Berlin" },
      targets: [{ target: 2, name: "frontier" }],
      subjects: [{ id: 12, name: "ada", source: "counters" }],
      cells: [{ userId: 12, ...cell }],
      ...{ nextCursor: null, total: { value: 1, capped: false } },
    },
  },
  "users.rebuildCounters": { input: { id: 12 }, output: { userId: 12, drift: 0 } },
};
