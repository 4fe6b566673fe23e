import { describe, expect, test } from "vitest";
import { AppError, ERRORS, type ErrorCode, errorRow } from "@/core/errors";
import { anthropicMessages } from "./anthropic-messages/adapter";
import { errorMessage } from "./error-message";
import { gemini } from "./gemini/adapter";
import { openaiChat } from "./openai-chat/adapter";
import { openaiResponses } from "./openai-responses/adapter";
import type { Protocol } from "./protocol";
import { retryAfterMs } from "./retry-hint";

const CONTEXT = {
  client: {},
  requestId: "req_0193fa2d7c1e7b3c8d4e5f6071829304",
  explainUrl: "https://sluice.example/why/req_1",
};
const CODES = (Object.keys(ERRORS) as ErrorCode[]).filter((code) => errorRow(code).v1);

const render = (protocol: Pick<Protocol, "renderError">, error: AppError) => {
  const { status, headers, body } = protocol.renderError(error, CONTEXT);
  return { status, headers, body: JSON.parse(Buffer.from(body).toString()) };
};

describe("every code of the catalogue", () => {
  test.each(CODES)("%s has a message of its own", (code) => {
    expect(errorMessage(new AppError(code), null)).not.toBe(errorMessage(new AppError("name_taken"), null));
  });

  test.each([openaiChat, openaiResponses, anthropicMessages])(
    "has its golden reply in the shape of $id",
    (protocol) => {
      const replies = CODES.map((code) => {
        const { status, headers, body } = render(protocol, new AppError(code));
        const { message, type, code: wireCode } = body.error;
        const hints = [headers["retry-after"], headers["retry-after-ms"], headers["x-should-retry"]].map(
          (hint) => hint ?? "-",
        );
        return `${code}: ${status} ${type} ${wireCode ?? ""} [${hints.join(" ")}] ${message}`;
      });
      expect(replies.join("\n")).toMatchSnapshot();
    },
  );

  test("has its golden reply for Codex", () => {
    const client = { originator: "codex_cli_rs" };
    const replies = CODES.map((code) => {
      const { status, body } = openaiResponses.renderError(new AppError(code), { ...CONTEXT, client });
      const { type, code: wireCode } = JSON.parse(Buffer.from(body).toString()).error;
      return `${code}: ${status} ${type} ${wireCode}`;
    });
    expect(replies.join("\n")).toMatchSnapshot();
  });

  test("has its golden reply in the shape of Gemini", () => {
    const replies = CODES.map((code) => {
      const { status, body } = render(gemini, new AppError(code));
      const retry = body.error.details.find((detail: { "@type": string }) => detail["@type"].endsWith("RetryInfo"));
      return `${code}: ${status} ${body.error.status} [${retry?.retryDelay ?? "-"}] ${body.error.message}`;
    });
    expect(replies.join("\n")).toMatchSnapshot();
  });

  test.each(CODES)("%s carries code, request id and page in both shapes", (code) => {
    const details = { code, request_id: CONTEXT.requestId, explain_url: CONTEXT.explainUrl };
    const chat = render(openaiChat, new AppError(code));
    expect(chat.body).toEqual({
      error: { message: expect.any(String), type: expect.any(String), param: null, code: expect.any(String), details },
    });
    const messages = render(anthropicMessages, new AppError(code));
    expect(messages.body).toEqual({
      type: "error",
      error: { type: expect.any(String), message: expect.any(String), details },
      request_id: CONTEXT.requestId,
    });
    for (const { status, headers } of [chat, messages]) {
      expect(status).toBe(errorRow(code).status);
      expect(headers["content-type"]).toBe("application/json; charset=utf-8");
      expect(headers["x-sluice-code"]).toBe(code);
    }
  });
});

describe("messages", () => {
  test("a transient 429 says when to try again and nothing that reads as a spent allowance", () => {
    const error = new AppError("upstream_rate_limited", { retryAfterMs: 12_300 });
    const message = errorMessage(error, retryAfterMs(error, CONTEXT.requestId));
    expect(message).toContain("Please try again in 13s.");
    expect(message).not.toMatch(/quota|billing|will reset/i);
  });

  test.each(CODES.filter((code) => errorRow(code).status === 429))("%s is classified by its words", (code) => {
    const error = new AppError(code);
    for (const renderError of [openaiChat.renderError, anthropicMessages.renderError, gemini.renderError]) {
      const { message } = render({ renderError }, error).body.error;
      if (errorRow(code).retryable) {
        expect(message).toMatch(/Please try again in \d+s\./);
        expect(message).not.toMatch(/quota|billing|will reset/i);
      } else expect(message).toContain("Usage quota exhausted");
    }
  });

  test.each(CODES.filter((code) => errorRow(code).status === 429 && errorRow(code).retryable))(
    "%s has none of the words of a spent allowance, whatever the model is called, and tells at most a minute",
    (code) => {
      for (const model of ["quota-1", "billing", "It will reset at noon"]) {
        const error = new AppError(code, { model, retryAfterMs: 60_000 });
        for (const renderError of [openaiChat.renderError, anthropicMessages.renderError, gemini.renderError]) {
          const { body, headers } = render({ renderError }, error);
          expect(body.error.message).toMatch(/Please try again in \d+s\./);
          expect(body.error.message).not.toMatch(/quota|billing|will reset/i);
          expect(Number(headers["retry-after"])).toBeGreaterThanOrEqual(1);
          expect(Number(headers["retry-after"])).toBeLessThanOrEqual(60);
          expect(headers["x-should-retry"]).toBeUndefined();
        }
      }
    },
  );

  test("a reset 30 days away is told as 24, which clients' timers can hold", () => {
    const error = new AppError("limit_exceeded", { retryAfterMs: 30 * 86_400_000 });
    for (const renderError of [openaiChat.renderError, anthropicMessages.renderError, gemini.renderError]) {
      const { headers } = render({ renderError }, error);
      expect(headers).toMatchObject({ "retry-after": "2073600", "x-should-retry": "false" });
      expect(headers).not.toHaveProperty("retry-after-ms");
    }
  });

  test("names from outside are quoted, cut and cleaned", () => {
    const model = `${"x".repeat(80)}\n"`;
    const message = errorMessage(new AppError("model_not_found", { model }), null);
    expect(message).toBe(`The model "${"x".repeat(63)}…" does not exist or this key may not use it.`);
    expect(errorMessage(new AppError("model_not_found", { model: 'a\n"b' }), null)).toContain('"a  b"');
  });

  test.each([
    [
      new AppError("invalid_json", { offset: 17, reason: "malformed" }),
      "The request body is not valid JSON at byte 17.",
    ],
    [new AppError("invalid_json", { offset: 3, reason: "not_utf8" }), "The request body is not valid UTF-8 at byte 3."],
    [new AppError("invalid_body", { reason: "not_an_object", offset: 0 }), "The request body must be a JSON object."],
    [
      new AppError("invalid_body", { reason: "wrong_type", field: "stream", expected: "true, false or null" }),
      'The field "stream" must be true, false or null.',
    ],
    [
      new AppError("body_too_large", { limitBytes: 33_554_432 }),
      "The request body is too large: at most 33554432 bytes are accepted.",
    ],
  ])("%s says what is wrong", (error, message) => {
    expect(errorMessage(error, null)).toBe(message);
  });
});

describe("retry hints", () => {
  const hints = (error: AppError) => render(openaiChat, error).headers;

  test("of a busy upstream follow the wait that is known, within 1 to 60 seconds", () => {
    expect(hints(new AppError("no_channel_available"))).toMatchObject({ "retry-after": "1", "retry-after-ms": "1000" });
    const known = (ms: number) => hints(new AppError("no_channel_available", { retryAfterMs: ms }));
    expect(known(1_500)).toMatchObject({ "retry-after": "2", "retry-after-ms": "1500" });
    expect(known(900_000)).toMatchObject({ "retry-after": "60", "retry-after-ms": "60000" });
    expect(known(1)).toMatchObject({ "retry-after-ms": "1000" });
  });

  test("of a full queue follow the wait that is known, within half a second to 30 seconds", () => {
    expect(hints(new AppError("channel_queue_full"))).toMatchObject({ "retry-after": "1", "retry-after-ms": "1000" });
    const known = (ms: number) => hints(new AppError("channel_queue_timeout", { retryAfterMs: ms }));
    expect(known(3)).toMatchObject({ "retry-after": "1", "retry-after-ms": "500" });
    expect(known(12_345)).toMatchObject({ "retry-after": "13", "retry-after-ms": "12345" });
    expect(known(90_000)).toMatchObject({ "retry-after": "30", "retry-after-ms": "30000" });
    expect(known(90_000)).not.toHaveProperty("x-should-retry");
  });

  test("of a busy gateway are one second", () => {
    expect(hints(new AppError("shutting_down"))).toMatchObject({ "retry-after": "1", "retry-after-ms": "1000" });
  });

  test("of other failures are spread over a second by the request id", () => {
    const waits = Array.from(
      { length: 200 },
      (_, index) => retryAfterMs(new AppError("upstream_error"), `req_${index}`) ?? 0,
    );
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(5_000);
    expect(Math.max(...waits)).toBeLessThan(6_000);
    expect(new Set(waits).size).toBeGreaterThan(100);
    expect(hints(new AppError("upstream_error"))["retry-after-ms"]).toBe(
      hints(new AppError("upstream_timeout"))["retry-after-ms"],
    );
  });

  test("are absent from terminal errors; a wrong method names the right ones", () => {
    const headers = hints(new AppError("method_not_allowed", { allow: "POST, OPTIONS" }));
    expect(headers).toEqual({
      "content-type": "application/json; charset=utf-8",
      "x-sluice-code": "method_not_allowed",
      allow: "POST, OPTIONS",
    });
  });
});

describe("errors inside a stream", () => {
  test("chat: one data event with the body and no end mark", () => {
    const error = new AppError("upstream_truncated");
    const { body } = render(openaiChat, error);
    const event = Buffer.from(openaiChat.renderStreamError(error, CONTEXT)).toString();
    expect(event).toBe(`data: ${JSON.stringify(body)}\n\n`);
  });

  test("Messages: one error event with the body", () => {
    const error = new AppError("upstream_timeout");
    const { body } = render(anthropicMessages, error);
    const event = Buffer.from(anthropicMessages.renderStreamError(error, CONTEXT)).toString();
    expect(event).toBe(`event: error\ndata: ${JSON.stringify(body)}\n\n`);
  });
});

describe("errors inside a stream of Gemini's", () => {
  const error = new AppError("upstream_truncated");
  const { body } = render(gemini, error);

  test("are one data event with the body", () => {
    expect(Buffer.from(gemini.renderStreamError(error, CONTEXT)).toString()).toBe(`data: ${JSON.stringify(body)}\n\n`);
  });

  test.each([
    ["", "["],
    ["[", ""],
    ['[{"a":1}', ","],
    ['[{"a":1}\n,\r\n', ""],
  ])("are the last element of an array that began with %j", (before, seam) => {
    const rest = Buffer.from(gemini.renderStreamError(error, { ...CONTEXT, seam })).toString();
    const elements = JSON.parse(before + rest);
    expect(elements.at(-1)).toEqual(body);
    expect(elements).toHaveLength(before.includes("a") ? 2 : 1);
  });
});

describe("the body of an error of Gemini's", () => {
  const detailsOf = (error: AppError) => render(gemini, error).body.error.details;

  test("names the code, the request and the page as strings", () => {
    const [info, ...rest] = detailsOf(new AppError("model_not_found", { model: "x" }));
    expect(info).toEqual({
      "@type": "type.googleapis.com/google.rpc.ErrorInfo",
      ...{ reason: "MODEL_NOT_FOUND", domain: "sluice" },
      metadata: { code: "model_not_found", request_id: CONTEXT.requestId, explain_url: CONTEXT.explainUrl },
    });
    const links = [{ description: "Explanation", url: CONTEXT.explainUrl }];
    expect(rest).toEqual([{ "@type": "type.googleapis.com/google.rpc.Help", links }]);
  });

  test("has no null, and no page where there is none", () => {
    const { body } = gemini.renderError(new AppError("invalid_key"), { ...CONTEXT, explainUrl: null });
    const { details } = JSON.parse(Buffer.from(body).toString()).error;
    expect(details).toHaveLength(1);
    expect(details[0].metadata).toEqual({ code: "invalid_key", request_id: CONTEXT.requestId });
  });
});

describe("model lists", () => {
  const models = ["b", "a/x", "c"].map((id, index) => ({
    id,
    ownedBy: "sluice",
    createdAt: 1_795_262_400_123 + index * 1_000,
  }));
  const list = (protocol: Protocol, query = "") =>
    JSON.parse(Buffer.from(protocol.renderModels(models, new URLSearchParams(query)).body).toString());

  test("OpenAI's shape", () => {
    expect(list(openaiChat)).toEqual({
      object: "list",
      data: [
        { id: "a/x", object: "model", created: 1_795_262_401, owned_by: "sluice" },
        { id: "b", object: "model", created: 1_795_262_400, owned_by: "sluice" },
        { id: "c", object: "model", created: 1_795_262_402, owned_by: "sluice" },
      ],
    });
    expect(
      JSON.parse(Buffer.from(openaiChat.renderModel({ id: "b", ownedBy: "o", createdAt: 5_999 }).body).toString()),
    ).toEqual({
      ...{ id: "b", object: "model", created: 5, owned_by: "o" },
    });
  });

  test("Anthropic's shape", () => {
    expect(list(anthropicMessages)).toEqual({
      data: [
        { type: "model", id: "a/x", display_name: "a/x", created_at: "2026-11-21T12:00:01.123Z" },
        { type: "model", id: "b", display_name: "b", created_at: "2026-11-21T12:00:00.123Z" },
        { type: "model", id: "c", display_name: "c", created_at: "2026-11-21T12:00:02.123Z" },
      ],
      ...{ has_more: false, first_id: "a/x", last_id: "c" },
    });
  });

  test.each([
    ["limit=2", ["a/x", "b"], true],
    ["limit=2&after_id=b", ["c"], false],
    ["after_id=aa", ["b", "c"], false],
    ["limit=1&before_id=c", ["b"], true],
    ["before_id=a", [], false],
    ["limit=1000", ["a/x", "b", "c"], false],
  ])("Anthropic's page %s is %j", (query, ids, hasMore) => {
    const page = list(anthropicMessages, query);
    expect(page.data.map(({ id }: { id: string }) => id)).toEqual(ids);
    expect(page).toMatchObject({ has_more: hasMore, first_id: ids[0] ?? null, last_id: ids.at(-1) ?? null });
  });

  test("Gemini's shape", () => {
    const listed = [
      { ...models[0], id: "x", ownedBy: "o", createdAt: 0 },
      { id: "a/b", ownedBy: "o", createdAt: 0, maxOutputTokens: 65_536, operations: new Set(["generate"] as const) },
    ];
    const shape = { name: "models/a/b", displayName: "a/b", outputTokenLimit: 65_536 };
    const methods = ["generateContent", "streamGenerateContent"];
    const { body } = gemini.renderModels(listed, new URLSearchParams());
    expect(JSON.parse(Buffer.from(body).toString())).toEqual({
      models: [
        { ...shape, supportedGenerationMethods: methods },
        { name: "models/x", displayName: "x", supportedGenerationMethods: [] },
      ],
    });
    const operations = new Set(["embedding", "count_tokens", "models"] as const);
    const one = gemini.renderModel({ id: "e", ownedBy: "o", createdAt: 0, operations });
    expect(JSON.parse(Buffer.from(one.body).toString())).toEqual({
      ...{ name: "models/e", displayName: "e" },
      supportedGenerationMethods: ["embedContent", "batchEmbedContents", "countTokens"],
    });
  });

  test("Gemini's pages go on where the one before ended, whatever came or went", () => {
    const names = (page: { models: { name: string }[] }) => page.models.map(({ name }) => name);
    const first = list(gemini, "pageSize=2");
    expect(names(first)).toEqual(["models/a/x", "models/b"]);
    const next = list(gemini, `pageSize=2&pageToken=${first.nextPageToken}`);
    expect(names(next)).toEqual(["models/c"]);
    expect(next).not.toHaveProperty("nextPageToken");
    const without = models.filter(({ id }) => id !== "b");
    const { body } = gemini.renderModels(without, new URLSearchParams({ pageToken: first.nextPageToken }));
    expect(names(JSON.parse(Buffer.from(body).toString()))).toEqual(["models/c"]);
    expect(list(gemini, "pageSize=3")).not.toHaveProperty("nextPageToken");
  });

  test("Gemini's page holds 50 unless told", () => {
    const many = Array.from({ length: 51 }, (_, id) => ({ id: String(id), ownedBy: "o", createdAt: 0 }));
    const { body } = gemini.renderModels(many, new URLSearchParams("pageToken="));
    expect(JSON.parse(Buffer.from(body).toString()).models).toHaveLength(50);
  });

  test.each(["pageSize=0", "pageSize=1001", "pageSize=x", "pageSize=-1", "pageSize=", "pageToken=*", "pageToken=YQ=="])(
    "%s is refused",
    (query) => {
      expect(() => list(gemini, query)).toThrow("invalid_body");
    },
  );

  test.each(["limit=0", "limit=1001", "limit=x", "limit=-1", "limit="])("%s is refused", (query) => {
    expect(() => list(anthropicMessages, query)).toThrow("invalid_body");
  });
});
