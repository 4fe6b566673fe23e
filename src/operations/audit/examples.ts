import type { ExamplesOf } from "../operation-example";

const ENTRY = {
  id: 4711,
  at: "2026-11-21T14:03:00.000Z",
  via: "page" as const,
  actor: { kind: "account" as const, userId: 1, name: "ada" },
  address: "203.0.113.7",
  operation: "channels.update",
  target: "channel:7",
  before: { name: "openai-main", weight: 1 },
  after: { name: "openai-main", weight: 3 },
};

/** Examples of the operations on the audit log. */
export const AUDIT_EXAMPLES: ExamplesOf<"audit.list" | "audit.get"> = {
  "audit.list": {
    input: { operation: "channels", target: "channel:7", from: "2026-11-01T00:00:00Z", limit: 50 },
    output: { items: [ENTRY], nextCursor: null, total: { value: 1, capped: false } },
  },
  "audit.get": { input: { id: 4711 }, output: ENTRY },
};
