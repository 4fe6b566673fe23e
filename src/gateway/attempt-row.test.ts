import { expect, test } from "vitest";
import { judgeReply } from "@/core/channels/judge-attempt";
import { attemptRow } from "./attempt-row";

const END = { failure: null, outcome: "interrupted", code: null } as const;

test.each([
  [{ ...END, outcome: "ok" }, "ok"],
  [{ ...END, outcome: "upstream_error", failure: judgeReply(429, false) }, "rate_limited"],
  [{ ...END, outcome: "client_aborted" }, "interrupted"],
  [{ ...END, code: "request_deadline" }, "interrupted"],
  [{ ...END, code: "shutting_down" }, "interrupted"],
  [{ ...END, code: "internal_error" }, "fault"],
] as const)("an attempt that ended with %o is a row %s", (end, row) => {
  expect(attemptRow(end)).toBe(row);
});
