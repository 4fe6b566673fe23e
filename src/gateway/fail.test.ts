import { buildGatewayDeps } from "@test/build-deps";
import { fakeClock } from "@test/fake-clock";
import { expect, test } from "vitest";
import { AppError } from "@/core/errors";
import type { Denial } from "@/core/quota/denial";
import { createDeadlines } from "@/lib/deadlines";
import { anthropicMessages } from "@/protocols/anthropic-messages/adapter";
import type { GatewayReply } from "@/protocols/exchange";
import { openaiChat } from "@/protocols/openai-chat/adapter";
import type { Protocol } from "@/protocols/protocol";
import { buildRequest } from "../../test/build-request";
import { drainBudget } from "./drain-budget";
import type { EngineDeps } from "./exchange";
import { sendError } from "./fail";

const clock = fakeClock("2026-11-21T20:00:00Z");

const denial: Denial = {
  reason: "exhausted",
  code: "limit_exceeded",
  axis: "user",
  subjectType: "user",
  targetType: "global",
  target: "global",
  unit: "usd",
  window: "daily",
  mode: "calendar",
  enforcement: "balanced",
  limitId: 3,
  cap: 5_000_000_000,
  boost: 0,
  used: 5_000_000_000,
  held: 0,
  estimate: 1,
  left: 0,
  affordableOutputTokens: null,
  resetsAt: Date.parse("2026-11-22T00:00:00Z"),
  retryAfterMs: 4 * 3_600_000,
};

function headersOf(error: AppError, protocol: Protocol): Readonly<Record<string, string>> {
  const deps: EngineDeps = {
    ...buildGatewayDeps({ channels: [], clock }).deps,
    drains: drainBudget(1),
    deadlines: createDeadlines(clock),
    isDraining: () => false,
  };
  let sent: Readonly<Record<string, string>> = {};
  const reply: GatewayReply = {
    isStarted: false,
    isClosed: false,
    start(_status, headers) {
      sent = headers;
    },
    write: () => true,
    drained: () => Promise.resolve(),
    end() {},
    destroy() {},
    onClosed: () => () => {},
  };
  sendError(error, { request: buildRequest(), reply, protocol, requestId: "req_1" }, deps);
  return sent;
}

test("a reply to a spent limit carries hints, code and the protocol's own limit headers", () => {
  const error = new AppError(denial.code, denial);
  const hints = { "x-sluice-code": "limit_exceeded", "retry-after": "14400", "x-should-retry": "false" };
  expect(headersOf(error, anthropicMessages)).toMatchObject({
    ...hints,
    "anthropic-ratelimit-unified-status": "rejected",
    "anthropic-ratelimit-unified-reset": "1795305600",
    "anthropic-ratelimit-unified-representative-claim": "five_hour",
  });
  expect(headersOf(error, openaiChat)).toMatchObject(hints);
});

test("another error says nothing of limits", () => {
  const headers = headersOf(new AppError("model_not_found"), anthropicMessages);
  expect(Object.keys(headers).filter((name) => name.startsWith("anthropic-") || name.includes("limit"))).toEqual([]);
});
