import { describe, expect, test } from "vitest";
import { AppError } from "@/core/errors";
import { DENIAL_CODES, type Denial } from "@/core/quota/denial";
import type { DenialReason } from "@/core/vocabulary";
import { anthropicMessages } from "./anthropic-messages/adapter";
import { renderGeminiError } from "./gemini/render-error";
import { openaiChat } from "./openai-chat/adapter";
import type { Protocol } from "./protocol";

const CONTEXT = {
  client: {},
  requestId: "req_0193fa2d7c1e7b3c8d4e5f6071829304",
  explainUrl: "https://sluice.example/why/req_1",
};
const RESETS_AT = Date.parse("2026-11-22T00:00:00Z");
const DOLLAR = 1_000_000_000;

const denialOf = (reason: DenialReason, given: Partial<Denial> = {}): Denial => ({
  reason,
  code: DENIAL_CODES[reason],
  axis: "user",
  subjectType: "user_group",
  targetType: "group",
  target: "frontier",
  unit: "usd",
  window: "daily",
  mode: "calendar",
  enforcement: "balanced",
  limitId: 12,
  cap: 5 * DOLLAR,
  boost: DOLLAR,
  used: 5.01 * DOLLAR,
  held: 0,
  estimate: 750_000,
  left: 0,
  affordableOutputTokens: null,
  resetsAt: RESETS_AT,
  retryAfterMs: 15_422_001,
  ...given,
});

const render = (renderer: Pick<Protocol, "renderError">, denial: Denial) => {
  const { status, headers, body } = renderer.renderError(new AppError(denial.code, denial), CONTEXT);
  return { status, headers, body: JSON.parse(Buffer.from(body).toString()) };
};
const gemini = { renderError: renderGeminiError };
const SHAPES = [openaiChat, anthropicMessages, gemini];
const messageOf = (denial: Denial) => render(openaiChat, denial).body.error.message as string;

describe("the body of a denial", () => {
  const LIMIT = {
    id: 12,
    axis: "user",
    subject_type: "user_group",
    target_type: "group",
    target: "frontier",
    unit: "usd",
    window: "daily",
    cap: "5.000000000",
    boost: "1.000000000",
    used: "5.010000000",
    held: "0.000000000",
    remaining: "0.000000000",
    estimate: "0.000750000",
    resets_at: "2026-11-22T00:00:00Z",
    retry_after_s: 15_423,
  };
  const DETAILS = { code: "limit_exceeded", request_id: CONTEXT.requestId, explain_url: CONTEXT.explainUrl };
  const MESSAGE =
    'Usage quota exhausted: the daily limit of $5.00 on "frontier" is used up ($5.01 used, $0.00 held). ' +
    "It will reset at 2026-11-22T00:00:00Z.";

  test("has OpenAI's shape", () => {
    expect(render(openaiChat, denialOf("exhausted"))).toMatchObject({
      status: 429,
      body: {
        error: {
          message: MESSAGE,
          type: "insufficient_quota",
          param: null,
          code: "insufficient_quota",
          details: { ...DETAILS, limit: LIMIT },
        },
      },
    });
  });

  test("has Anthropic's shape, which names the end of money", () => {
    const { body } = render(anthropicMessages, denialOf("exhausted"));
    expect(body).toEqual({
      type: "error",
      error: {
        type: "rate_limit_error",
        message: MESSAGE,
        details: { ...DETAILS, limit: LIMIT, error_code: "enforced_spend_limit_reached" },
      },
      request_id: CONTEXT.requestId,
    });
    const tokens = render(anthropicMessages, denialOf("exhausted", { unit: "tokens", cap: 5, used: 6 }));
    expect(tokens.body.error.details).not.toHaveProperty("error_code");
    expect(render(anthropicMessages, denialOf("contended")).body.error.details).not.toHaveProperty("error_code");
  });

  test("has Gemini's shape with flat details, and no id that a client would put before the message", () => {
    const { body } = render(gemini, denialOf("exhausted"));
    const limit = Object.fromEntries(Object.entries(LIMIT).map(([name, value]) => [`limit_${name}`, String(value)]));
    expect(body).toEqual({
      error: {
        code: 429,
        message: MESSAGE,
        status: "RESOURCE_EXHAUSTED",
        details: [
          {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            reason: "LIMIT_EXCEEDED",
            domain: "sluice",
            metadata: { ...DETAILS, ...limit },
          },
          { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "15423s" },
          {
            "@type": "type.googleapis.com/google.rpc.Help",
            links: [{ description: "Explanation", url: CONTEXT.explainUrl }],
          },
        ],
      },
    });
  });

  test.each([
    denialOf("exhausted", { cap: 9_007_199_000_000_000, used: 9_007_199_000_000_001, held: 1 }),
    denialOf("exhausted", { used: -20_000_000, held: 123_456_789 }),
    denialOf("contended", { unit: "tokens", cap: 1_000_000, used: 999_999, held: 1, boost: 0, estimate: 3, left: 0 }),
    denialOf("too_large", { unit: "requests", cap: Number.MAX_SAFE_INTEGER, used: 7, held: 2, estimate: 2, left: 1 }),
    denialOf("blocked", { cap: null, used: null, held: null, estimate: null, left: null, resetsAt: null }),
    denialOf("unavailable", { axis: "key", subjectType: "key", target: "global", targetType: "global" }),
  ])("equals the denial number by number in every shape: %#", (denial) => {
    const chat = render(openaiChat, denial).body.error.details.limit;
    const read = (amount: string | null) =>
      amount === null ? null : Number(denial.unit === "usd" ? BigInt(amount.replace(".", "")) : amount);
    expect({
      cap: read(chat.cap),
      boost: read(chat.boost),
      used: read(chat.used),
      held: read(chat.held),
      left: read(chat.remaining),
      estimate: read(chat.estimate),
      resetsAt: chat.resets_at === null ? null : Date.parse(chat.resets_at),
    }).toEqual({
      cap: denial.cap,
      boost: denial.boost,
      used: denial.used,
      held: denial.held,
      left: denial.left,
      estimate: denial.estimate,
      resetsAt: denial.resetsAt,
    });
    expect(chat).toMatchObject({
      id: denial.limitId,
      axis: denial.axis,
      subject_type: denial.subjectType,
      target_type: denial.targetType,
      target: denial.target,
      unit: denial.unit,
      window: denial.window,
    });
    expect(render(anthropicMessages, denial).body.error.details.limit).toEqual(chat);
    const { metadata } = render(gemini, denial).body.error.details[0];
    for (const [name, value] of Object.entries(chat))
      expect(metadata[`limit_${name}`]).toBe(value === null ? undefined : String(value));
  });

  test("comes as it is when the stream has begun", () => {
    const denial = denialOf("exhausted");
    const event = anthropicMessages.renderStreamError(new AppError(denial.code, denial), CONTEXT);
    expect(Buffer.from(event).toString()).toBe(
      `event: error\ndata: ${JSON.stringify(render(anthropicMessages, denial).body)}\n\n`,
    );
  });
});

describe("status, type and code of a denial", () => {
  test.each([
    [denialOf("exhausted"), 429, "insufficient_quota", "insufficient_quota", "rate_limit_error", "RESOURCE_EXHAUSTED"],
    [denialOf("too_large"), 429, "insufficient_quota", "insufficient_quota", "rate_limit_error", "RESOURCE_EXHAUSTED"],
    [denialOf("contended"), 429, "requests", "rate_limit_exceeded", "rate_limit_error", "RESOURCE_EXHAUSTED"],
    [
      ...[denialOf("contended", { unit: "requests" }), 429, "requests", "rate_limit_exceeded", "rate_limit_error"],
      "RESOURCE_EXHAUSTED",
    ],
    [
      ...[denialOf("contended", { unit: "tokens" }), 429, "tokens", "rate_limit_exceeded", "rate_limit_error"],
      "RESOURCE_EXHAUSTED",
    ],
    [denialOf("blocked"), 403, "permission_error", "model_group_blocked", "permission_error", "PERMISSION_DENIED"],
    [denialOf("unavailable"), 503, "server_error", "limits_unavailable", "overloaded_error", "UNAVAILABLE"],
  ] as const)("$0.reason in $0.unit: %i %s %s, %s, %s", (denial, ...expected) => {
    const [status, type, code, anthropicType, geminiStatus] = expected;
    expect(render(openaiChat, denial)).toMatchObject({ status, body: { error: { type, code } } });
    expect(render(anthropicMessages, denial)).toMatchObject({ status, body: { error: { type: anthropicType } } });
    expect(render(gemini, denial)).toMatchObject({ status, body: { error: { status: geminiStatus } } });
  });
});

describe("retry headers of a denial", () => {
  const DAY_MS = 86_400_000;
  const hints = (denial: Denial) =>
    SHAPES.map((shape) => {
      const { headers } = render(shape, denial);
      return [headers["retry-after"], headers["retry-after-ms"], headers["x-should-retry"]];
    });
  const inEach = (...row: readonly (string | undefined)[]) => SHAPES.map(() => row);

  test.each([
    ["a reset", 15_422_001, "15423"],
    ["a reset that is here", 0, "1"],
    ["a reset that has passed", -5_000, "1"],
    ["a reset 24 days away", 24 * DAY_MS, "2073600"],
    ["a reset 30 days away", 30 * DAY_MS, "2073600"],
  ])("a terminal one with %s", (_, retryAfterMs, seconds) => {
    expect(hints(denialOf("exhausted", { retryAfterMs }))).toEqual(inEach(seconds, undefined, "false"));
    expect(hints(denialOf("too_large", { retryAfterMs }))).toEqual(inEach(seconds, undefined, "false"));
  });

  test("a terminal one without a reset only says not to retry", () => {
    const denial = denialOf("exhausted", { resetsAt: null, retryAfterMs: null, window: "total", mode: null });
    expect(hints(denial)).toEqual(inEach(undefined, undefined, "false"));
    expect(render(gemini, denial).body.error.details[1].retryDelay).toBe("2073600s");
    expect(render(openaiChat, denial).body.error.details.limit).toMatchObject({ resets_at: null, retry_after_s: null });
  });

  test("a contended one is spread over the third second by the request id, the same in header, body and message", () => {
    const waits = Array.from({ length: 200 }, (_, index) => {
      const denial = denialOf("contended");
      const context = { ...CONTEXT, requestId: `req_${index}` };
      const { headers, body } = openaiChat.renderError(new AppError(denial.code, denial), context);
      const { message, details } = JSON.parse(Buffer.from(body).toString()).error;
      const seconds = Number(headers["retry-after"]);
      expect(seconds).toBe(Math.ceil(Number(headers["retry-after-ms"]) / 1_000));
      expect(details.limit.retry_after_s).toBe(seconds);
      expect(message).toContain(`Please try again in ${seconds}s.`);
      expect(headers).not.toHaveProperty("x-should-retry");
      return Number(headers["retry-after-ms"]);
    });
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(2_000);
    expect(Math.max(...waits)).toBeLessThan(3_000);
    expect(new Set(waits).size).toBeGreaterThan(100);
  });

  test("a block has none; unavailable limits are tried again in 5 to 6 seconds", () => {
    expect(hints(denialOf("blocked"))).toEqual(inEach(undefined, undefined, undefined));
    for (const [seconds, ms, should] of hints(denialOf("unavailable"))) {
      expect(seconds).toBe("6");
      expect(Number(ms)).toBeGreaterThanOrEqual(5_000);
      expect(should).toBeUndefined();
    }
  });
});

describe("the sentence of a denial", () => {
  const total = { window: "total", mode: null, resetsAt: null, retryAfterMs: null } as const;
  const tokens = { unit: "tokens", cap: 1_000_000, used: 999_500, held: 20, estimate: 1_000, left: 480 } as const;

  test.each<readonly [Denial, string]>([
    [
      denialOf("exhausted", { axis: "key", window: "5h", targetType: "global", target: "global" }),
      "Usage quota exhausted: this key's global 5-hour limit of $5.00 is used up ($5.01 used, $0.00 held). It will reset at 2026-11-22T00:00:00Z.",
    ],
    [
      denialOf("exhausted", total),
      'Usage quota exhausted: the total limit of $5.00 on "frontier" is used up ($5.01 used, $0.00 held). It does not reset by itself.',
    ],
    [
      denialOf("exhausted", { unit: "requests", cap: 1, used: 1 }),
      'Usage quota exhausted: the daily limit of 1 request on "frontier" is used up (1 request used, 0 requests held). It will reset at 2026-11-22T00:00:00Z.',
    ],
    [
      denialOf("too_large", tokens),
      'Usage quota exhausted: this request needs 1,000 tokens, but the daily limit of 1,000,000 tokens on "frontier" has only 480 tokens left (999,500 tokens used, 20 tokens held). It will reset at 2026-11-22T00:00:00Z.',
    ],
    [
      denialOf("too_large", { used: 4_999_250_000, left: 750_000, estimate: 164_660_000, affordableOutputTokens: 918 }),
      'Usage quota exhausted: this request needs $0.16466, but the daily limit of $5.00 on "frontier" has only $0.00075 left ($4.99925 used, $0.00 held). It would fit with at most 918 output tokens. It will reset at 2026-11-22T00:00:00Z.',
    ],
    [
      denialOf("too_large", { estimate: 1_234.5 * DOLLAR, resetsAt: null, retryAfterMs: null }),
      'Usage quota exhausted: this request needs $1,234.50, more than the daily limit of $5.00 on "frontier" allows at all.',
    ],
    [
      denialOf("contended", { used: 4.5 * DOLLAR, held: 0.4 * DOLLAR }),
      'Other running requests hold what is left of the daily limit of $5.00 on "frontier" ($4.50 used, $0.40 held). Please try again in 3s.',
    ],
    [denialOf("blocked"), 'The models of the group "frontier" are blocked for this user. Ask your administrator.'],
    [
      denialOf("blocked", { axis: "key", targetType: "global", target: "global" }),
      "All models without a limit of their own are blocked for this API key. Ask your administrator.",
    ],
    [denialOf("unavailable"), "Limits cannot be checked at the moment."],
  ])("%#: $0.reason", (denial, message) => {
    expect(messageOf(denial)).toBe(message);
  });

  test.each(["exhausted", "too_large"] as const)(
    "%s has the words by which clients know a spent allowance",
    (reason) => {
      for (const shape of SHAPES) {
        const { message } = render(shape, denialOf(reason)).body.error;
        expect(message).toContain("Usage quota exhausted");
        expect(message).toContain("It will reset at 2026-11-22T00:00:00Z.");
      }
    },
  );

  test.each(["frontier", "quota", "Billing", "it will reset soon"])(
    "a transient one has none of those words, whatever the group is called: %s",
    (target) => {
      for (const shape of SHAPES) {
        const { message } = render(shape, denialOf("contended", { target })).body.error;
        expect(message).toContain("Please try again in 3s.");
        expect(message).not.toMatch(/quota|billing|will reset/i);
      }
      expect(render(gemini, denialOf("contended", { target })).body.error.message).toContain("Please retry in 3s.");
    },
  );

  test("a name is quoted, cut to 64 characters and cleaned", () => {
    expect(messageOf(denialOf("exhausted", { target: `${"é".repeat(80)}"` }))).toContain(`on "${"é".repeat(63)}…" is`);
    expect(messageOf(denialOf("blocked", { target: 'a\n"b' }))).toContain('"a  b"');
  });
});
