import { NOW, REQUEST_ID } from "../example-parts";
import type { ExamplesOf } from "../operation-example";
import type { ExplainedStep } from "./schema";

const step: ExplainedStep = {
  kind: "limit",
  verdict: "deny",
  why: "exhausted",
  wouldDeny: null,
  axis: "user",
  targetType: "group",
  target: "frontier",
  unit: "usd",
  window: "daily",
  mode: "calendar",
  enforcement: "balanced",
  winner: { limitId: 7, kind: "user", id: 12, name: "ada" },
  cap: "10",
  boost: "0",
  used: "9.98",
  held: "0.01",
  estimate: "0.04",
  worst: "0.2",
  resetsAt: "2026-11-22T00:00:00.000Z",
};

const params = { limit: "frontier", window: "daily", unit: "usd", cap: "10" };

/** Examples of the operations that explain. */
export const EXPLAIN_EXAMPLES: ExamplesOf<"explain.get" | "explain.whatIf"> = {
  "explain.get": {
    input: { requestId: REQUEST_ID },
    output: {
      requestId: REQUEST_ID,
      at: NOW,
      user: { id: 12, name: "ada" },
      key: { id: 31, name: "laptop", prefix: "sk-sluice-Ab12" },
      model: "gpt-4o",
      code: "limit_exceeded",
      sentence: { code: "limit_exceeded", params },
      counted: { userGlobal: false, keyGlobal: false },
      steps: [step],
      deniedBy: 0,
      decision: null,
    },
  },
  "explain.whatIf": {
    input: { keyId: 31, model: "gpt-4o", bodyBytes: 4_000, maxTokens: 1_000 },
    output: {
      asOf: NOW,
      wouldPass: true,
      code: null,
      sentence: { code: "admitted", params: {} },
      counted: { userGlobal: false, keyGlobal: false },
      steps: [{ ...step, verdict: "pass", why: null, used: "4.2" }],
      deniedBy: null,
    },
  },
};
