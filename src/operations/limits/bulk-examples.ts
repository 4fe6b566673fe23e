import type { ExamplesOf } from "../operation-example";
import type { LimitCell } from "./schema";

const inherit = { state: "inherit" } as const;
const inherited = { total: inherit, monthly: inherit, weekly: inherit, daily: inherit, "5h": inherit };
const place = { kind: "user", id: 12, target: 2 } as const;
const values = { usd: { daily: { state: "limit", amount: "10" } } } as const;
const version = "mB0Xw5dVJ2yqfQ1hTz8LcA";

const cell: LimitCell = {
  ...place,
  subjectName: "ada",
  targetName: "frontier",
  version,
  managedBy: null,
  values: { usd: { ...inherited, ...values.usd }, tokens: inherited, requests: inherited },
  restarts: { usd: null, tokens: null, requests: null },
};

/** Examples of the operations that write limits in bulk or remove them. */
export const BULK_LIMIT_EXAMPLES: ExamplesOf<"limits.bulk" | "limits.delete"> = {
  "limits.bulk": { input: { changes: [{ ...place, version, values }] }, output: { items: [cell] } },
  "limits.delete": {
    input: { ...place, version },
    output: { ...cell, values: { usd: inherited, tokens: inherited, requests: inherited } },
  },
};
