import { describe, expect, test } from "vitest";
import { AppError } from "@/core/errors";
import { openaiResponses } from "./adapter";

const CONTEXT = { client: {}, requestId: "req_1", explainUrl: "https://sluice.example/why/req_1" };
const RESETS_AT = Date.parse("2026-11-22T00:00:00Z");
const spent = (given: object = {}) =>
  new AppError("limit_exceeded", {
    ...{ limitId: 4, reason: "exhausted", axis: "user", subjectType: "user", targetType: "group", target: "frontier" },
    ...{ unit: "usd", window: "daily", mode: "calendar", enforcement: "balanced", cap: 5, boost: 0, used: 5, held: 0 },
    ...{ estimate: 1, left: 0, affordableOutputTokens: null, resetsAt: RESETS_AT, retryAfterMs: 15_422_400 },
    ...given,
  });
const render = (error: AppError, client: Readonly<Record<string, string>> = {}) => {
  const { status, headers, body } = openaiResponses.renderError(error, { ...CONTEXT, client });
  return { status, headers, body: JSON.parse(Buffer.from(body).toString()) };
};
const CODEX = [{ originator: "codex_cli_rs" }, { "user-agent": "codex_vscode/1.2 (Mac OS)" }];

describe("an error", () => {
  test("has OpenAI's shape", () => {
    const { status, body } = render(new AppError("response_not_found"));
    expect(status).toBe(404);
    expect(body).toEqual({
      error: {
        message: expect.any(String),
        ...{ type: "invalid_request_error", param: null, code: "response_not_found" },
        details: { code: "response_not_found", request_id: "req_1", explain_url: CONTEXT.explainUrl },
      },
    });
  });

  test.each(CODEX)("of a spent limit is Codex' own for %j", (client) => {
    const { status, headers, body } = render(spent(), client);
    expect(status).toBe(429);
    expect(headers).toMatchObject({
      "retry-after": "15423",
      "x-should-retry": "false",
      "x-sluice-code": "limit_exceeded",
    });
    expect(body).toEqual({
      error: {
        ...{ type: "usage_limit_reached", code: "insufficient_quota" },
        message: expect.stringContaining("It will reset at 2026-11-22T00:00:00Z."),
        ...{ resets_at: RESETS_AT / 1_000, resets_in_seconds: 15_423 },
        details: expect.objectContaining({ code: "limit_exceeded", limit: expect.objectContaining({ id: 4 }) }),
      },
    });
  });

  test("without a reset names none; a far one is not cut", () => {
    const { error } = render(spent({ resetsAt: null, retryAfterMs: null }), CODEX[0]).body;
    expect(error.type).toBe("usage_limit_reached");
    expect(error).not.toHaveProperty("resets_at");
    expect(error).not.toHaveProperty("resets_in_seconds");
    const far = render(spent({ retryAfterMs: 30 * 86_400_000 }), CODEX[0]);
    expect(far.body.error.resets_in_seconds).toBe(2_592_000);
    expect(far.headers["retry-after"]).toBe("2073600");
  });

  test("of a rate with a long wait is terminal for Codex, too", () => {
    const rate = new AppError("rpm_exceeded", {
      ...{ source: "user", metric: "total", targetType: "all", target: "all", limit: 5, used: 5, periodMs: 3_600_000 },
      ...{ resetsAt: RESETS_AT, retryAfterMs: 61_000 },
    });
    expect(render(rate, CODEX[0]).body.error).toMatchObject({
      ...{ type: "usage_limit_reached", resets_at: RESETS_AT / 1_000, resets_in_seconds: 61 },
    });
  });

  test.each([{}, { originator: "my-codex" }, { "user-agent": "OpenAI/JS" }])(
    "is OpenAI's for any other client: %j",
    (client) => {
      expect(render(spent(), client).body.error).toMatchObject({
        type: "insufficient_quota",
        code: "insufficient_quota",
        param: null,
      });
      expect(render(new AppError("limits_unavailable"), client).body.error.code).toBe("limits_unavailable");
    },
  );

  test("of status 503 tells Codex to try again; what may pass soon stays as it is", () => {
    const busy = render(new AppError("no_channel_available"), CODEX[0]);
    expect(busy.body.error).toMatchObject({ type: "server_error", code: "server_is_overloaded", param: null });
    expect(busy.headers["x-sluice-code"]).toBe("no_channel_available");
    expect(render(new AppError("limit_contended"), CODEX[0]).body.error.code).toBe("rate_limit_exceeded");
    expect(render(new AppError("upstream_error"), CODEX[0]).body.error.code).toBe("upstream_error");
  });
});

describe("an error inside a stream", () => {
  const tell = (error: AppError, more: object = {}) => {
    const text = Buffer.from(openaiResponses.renderStreamError(error, { ...CONTEXT, ...more })).toString();
    const [, json = ""] = /^event: response\.failed\ndata: (.*)\n\n$/.exec(text) ?? [];
    return JSON.parse(json);
  };

  test("is a failed response with the next number", () => {
    expect(tell(new AppError("upstream_truncated"), { lastSequenceNumber: 41 })).toMatchObject({
      ...{ type: "response.failed", sequence_number: 42 },
      response: {
        status: "failed",
        error: { code: "upstream_truncated", message: "The upstream broke off its reply." },
      },
    });
    expect(tell(new AppError("upstream_truncated")).sequence_number).toBe(0);
  });

  test("has the codes of the shape", () => {
    expect(tell(spent()).response.error.code).toBe("insufficient_quota");
    expect(tell(new AppError("shutting_down"), { client: CODEX[0] }).response.error.code).toBe("server_is_overloaded");
  });
});

test("a client that waits is sent a comment", () => {
  expect(Buffer.from(openaiResponses.heartbeat ?? []).toString()).toBe(": ping\n\n");
});
