import { NOW, versioned, wholeList } from "../example-parts";
import type { ExamplesOf } from "../operation-example";
import type { LimitCell } from "./schema";

const inherit = { state: "inherit" } as const;
const inherited = { total: inherit, monthly: inherit, weekly: inherit, daily: inherit, "5h": inherit };
const place = { kind: "user", id: 12, target: 2 } as const;
const values = { usd: { daily: { state: "limit", amount: "10", mode: "calendar" } } } as const;

const cell: LimitCell = {
  ...place,
  subjectName: "ada",
  targetName: "frontier",
  version: "7.1",
  managedBy: null,
  values: { usd: { ...inherited, ...values.usd }, tokens: inherited, requests: inherited },
  restarts: { usd: null, tokens: null, requests: null },
};

/** Examples of the operations on limits. */
export const LIMIT_EXAMPLES: ExamplesOf<
  "limits.list" | "limits.get" | "limits.put" | "limits.preview" | "limits.restartTotal"
> = {
  "limits.list": {
    input: { kind: "user", subjectId: 12, limit: 50 },
    output: wholeList({
      ...versioned(7),
      ...{ kind: "user" as const, subjectId: 12, subjectName: "ada", target: 2, targetName: "frontier" },
      ...{ unit: "usd" as const, window: "daily" as const, state: "limit" as const },
      ...{ amount: "10", mode: "calendar" as const, enforcement: null },
    }),
  },
  "limits.get": { input: place, output: cell },
  "limits.put": { input: { ...place, version: "0", values }, output: cell },
  "limits.preview": {
    input: { ...place, values },
    output: {
      asOf: NOW,
      subjects: [
        {
          userId: 12,
          keyId: null,
          cells: [
            {
              ...{ unit: "usd", window: "daily", state: "limit", mode: "calendar", enforcement: "balanced" },
              ...{ amount: "10", cap: "30", boost: "20", used: "4.2" },
              winner: { kind: "user", id: 12 },
              runnerUp: { kind: "user_group", id: 4 },
            },
          ],
          warnings: [],
        },
      ],
      total: { value: 1, capped: false },
    },
  },
  "limits.restartTotal": {
    input: { ...place, units: ["usd"], note: "New quarter" },
    output: { restartedAt: NOW },
  },
};
