import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildChannel } from "@test/build-deps";
import { buildRequest } from "@test/build-request";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ChannelSnapshot } from "@/core/channels/channel";
import { buildCallAsk, buildUpstream, readCall } from "../../test/build-call";
import { anthropicMessages } from "./anthropic-messages/adapter";
import { openaiChat } from "./openai-chat/adapter";
import type { Protocol, UpstreamRequest } from "./protocol";
import { protocolFor } from "./registry";

const CHANNEL: ChannelSnapshot = {
  ...buildChannel({ name: "main", baseUrl: "https://upstream.example" }),
  credential: "sk-upstream",
};

const CHAT = "/v1/chat/completions";
const MESSAGES = "/v1/messages";

type SendParts = {
  readonly protocol?: Protocol;
  readonly channel?: Partial<ChannelSnapshot>;
  readonly upstreamModel?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly path?: string;
};

function send(body: unknown, parts: SendParts = {}): UpstreamRequest & { readonly text: string } {
  const protocol = parts.protocol ?? openaiChat;
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  const path = parts.path ?? (protocol === openaiChat ? CHAT : MESSAGES);
  const built = buildUpstream(protocol, {
    ask: buildCallAsk({ body: bytes, headers: parts.headers ?? {}, path }),
    channel: { ...CHANNEL, ...parts.channel },
    ...(parts.upstreamModel === undefined ? {} : { upstreamModel: parts.upstreamModel }),
  });
  const sent = Buffer.concat(built.body);
  expect(built.contentLength).toBe(sent.length);
  expect(built.headers["content-length"]).toBe(String(sent.length));
  return { ...built, text: sent.toString() };
}

const chat = (body: unknown) => readCall(openaiChat, CHAT, body);
const message = (body: unknown) => readCall(anthropicMessages, MESSAGES, body);

describe("what a body calls its conversation", () => {
  test.each([
    [{ prompt_cache_key: "cache", user: "ada" }, "cache"],
    [{ user: "ada" }, "ada"],
    [{ safety_identifier: "s" }, "s"],
    [{ user: "" }, null],
    [{ user: 7 }, null],
    [{ user: "x".repeat(513) }, null],
    [{ User: "ada" }, null],
    [{}, null],
  ])("a chat body with %j: %j", (fields, name) => {
    expect(chat({ model: "m", ...fields }).conversation).toBe(name);
  });

  test.each([
    [{ metadata: { user_id: "user_1_session_2" } }, "user_1_session_2"],
    [{ metadata: { user_id: null } }, null],
    [{ metadata: "user_id" }, null],
    [{}, null],
  ])("a Messages body with %j: %j", (fields, name) => {
    expect(message({ model: "m", max_tokens: 1, ...fields }).conversation).toBe(name);
  });

  test("what is only looked at is sent as it came", () => {
    const body = '{"model":"m","user":"a","user":"b","metadata":{"user_id":"c"}}';
    expect(send(body).text).toBe(body);
    expect(chat(body).conversation).toBe("b");
  });
});

describe("what a body asks for", () => {
  test("a chat call", () => {
    const body = {
      model: "m",
      stream: true,
      max_tokens: 10,
      max_completion_tokens: 20,
      n: 2,
      best_of: 3,
      service_tier: "flex",
    };
    expect(chat(body)).toMatchObject({
      ...{ operation: "chat", model: "m", stream: true, asksStreamUsage: false },
      ...{ maxOutputTokens: 20, choices: 3, tier: "flex", textBytes: JSON.stringify(body).length, blobCount: 0 },
    });
    expect(chat({ model: "m", stream: null, max_tokens: "12", n: null })).toMatchObject({
      ...{ stream: false, maxOutputTokens: null, choices: 1, tier: "standard" },
    });
  });

  test("a message call", () => {
    expect(message({ model: "m", max_tokens: 32_000, stream: true, service_tier: "auto" })).toMatchObject({
      ...{
        operation: "message",
        stream: true,
        asksStreamUsage: true,
        maxOutputTokens: 32_000,
        choices: 1,
        tier: "standard",
      },
    });
    expect(message({ model: "m", max_tokens: 1, speed: "fast", service_tier: "priority" }).tier).toBe("fast");
  });

  test.each([
    ["none", [{ name: "web_search", input_schema: { type: "web_search_20250305" } }], {}],
    ["one without a maximum", [{ type: "web_search_20250305", name: "web_search" }], { web_search: 5 }],
    ["its maximum", [{ name: "x" }, { type: "web_search_20260209", max_uses: 2 }, 7], { web_search: 2 }],
    ["several", [{ type: "web_search_20250305", max_uses: 8 }, { type: "web_search_1" }], { web_search: 13 }],
    ["a maximum that is no number", [{ type: "web_search_20250305", max_uses: null }], { web_search: 5 }],
    ["another tool", [{ type: "web_fetch_20250910", max_uses: 3 }], {}],
  ])("the searches that a message call may make: %s", (...[, tools, toolUnits]) => {
    expect(message({ model: "m", tools }).toolUnits).toEqual(toolUnits);
    expect(chat({ model: "m", tools }).toolUnits).toEqual({});
  });

  test("a tool that is spelled with escapes or ambiguously hides from no estimate", () => {
    const raw = (tool: string) => readCall(anthropicMessages, MESSAGES, `{"model":"m","tools":[ ${tool} ]}`);
    expect(raw('{"t\\u0079pe":"\\u0077eb_search_1","max_uses":1,"max_uses":9}').toolUnits).toEqual({ web_search: 9 });
    expect(() => raw('{"Type":"web_search_1"}')).toThrow("invalid_body");
    expect(() => raw('{"type":"web_search_1","max_uses":-1}')).toThrow("invalid_body");
    expect(message({ model: "m", tools: "web_search_1" }).toolUnits).toEqual({});
  });

  test.each([
    ['{"messages":[]}', "model_required"],
    ["{}", "model_required"],
    ['{"model":null}', "invalid_body"],
    ['{"model":""}', "invalid_body"],
    ['{"model":7}', "invalid_body"],
    ['{"model":["m"]}', "invalid_body"],
    ['{"model":"a\\u0000b"}', "invalid_body"],
    ['{"model":"\\ud800"}', "invalid_body"],
    [`{"model":"${"é".repeat(129)}"}`, "invalid_body"],
    ['{"model":"m","stream":"true"}', "invalid_body"],
    ['{"model":"m","stream":{}}', "invalid_body"],
    ['{"model":"m","max_tokens":-1}', "invalid_body"],
    ['{"model":"m","max_tokens":1.5}', "invalid_body"],
    ['{"model":"m","max_completion_tokens":1e20}', "invalid_body"],
    ['{"model":"m","n":0}', "invalid_body"],
    ['{"model":"m","n":129}', "invalid_body"],
    ['{"model":"m","Model":"n"}', "invalid_body"],
    ['{"model":"m","stream":true,"stream_options":{"Include_Usage":false}}', "invalid_body"],
    ["[]", "invalid_body"],
    ["{", "invalid_json"],
    ["", "invalid_json"],
  ])("%s is refused as %s", (body, code) => {
    expect(() => chat(body)).toThrow(code);
  });

  test("a model of 256 bytes with spaces and other scripts is fine", () => {
    const model = `${"é".repeat(126)} üa`;
    expect(Buffer.byteLength(model)).toBe(256);
    expect(chat({ model }).model).toBe(model);
  });
});

describe("the body that goes up", () => {
  const inject = '"stream_options":{"include_usage":true}';
  test.each([
    ['{"model":"m"}', '{"model":"m"}', false],
    ['{"model":"m","stream":false}', '{"model":"m","stream":false}', false],
    ['{"model":"m","stream":true}', `{${inject},"model":"m","stream":true}`, true],
    ['\ufeff { "model":"m","stream":true}', ` {${inject}, "model":"m","stream":true}`, true],
    ['{"model":"m","stream":true,"stream_options":null}', `{"model":"m","stream":true,${inject}}`, true],
    ['{"model":"m","stream":true,"stream_options":{}}', `{"model":"m","stream":true,${inject}}`, true],
    [
      '{"model":"m","stream":true,"stream_options":{ "x":1}}',
      '{"model":"m","stream":true,"stream_options":{"include_usage":true, "x":1}}',
      true,
    ],
    [
      '{"model":"m","stream":true,"stream_options":{"include_usage":false}}',
      `{"model":"m","stream":true,${inject}}`,
      true,
    ],
    [
      '{"model":"m","stream":true,"stream_options":{"include_usage":true,"include_usage":null}}',
      '{"model":"m","stream":true,"stream_options":{"include_usage":true,"include_usage":true}}',
      true,
    ],
    [`{"model":"m","stream":true,${inject}}`, `{"model":"m","stream":true,${inject}}`, false],
    ['{"model":"m","stream":true,"stream_options":7}', '{"model":"m","stream":true,"stream_options":7}', false],
    [
      '{"model":"m","stream":true,"stream_options":{"include_usage":1}}',
      '{"model":"m","stream":true,"stream_options":{"include_usage":1}}',
      false,
    ],
    ['{"model":"a","stream":true,"model":"m"}', `{${inject},"stream":true,"model":"m"}`, true],
  ])("%s is sent as %s", (body, sent, injectedUsage) => {
    const built = send(body);
    expect(built.text).toBe(sent);
    expect(built.injectedUsage).toBe(injectedUsage);
  });

  test("nothing is injected for a channel that cannot report usage in a stream", () => {
    const built = send('{"model":"m","stream":true}', { channel: { usageInStream: "never" } });
    expect(built).toMatchObject({ text: '{"model":"m","stream":true}', injectedUsage: false });
  });

  test("a client that asks for usage keeps it", () => {
    expect(chat(`{"model":"m","stream":true,${inject}}`).asksStreamUsage).toBe(true);
  });

  test("the model is replaced where the channel maps it, and only there", () => {
    const body = '{"x":{"model":"m"},"model" : "m", "messages":[]}';
    expect(send(body, { upstreamModel: 'up"1' }).text).toBe('{"x":{"model":"m"},"model" : "up\\"1", "messages":[]}');
    expect(send(body, { protocol: anthropicMessages, upstreamModel: "c" }).text).toBe(
      '{"x":{"model":"m"},"model" : "c", "messages":[]}',
    );
  });

  test("a large body is sent in slices of the one received", () => {
    const body = Buffer.from(JSON.stringify({ model: "m", stream: true, messages: ["text ".repeat(20_000)] }));
    const ask = buildCallAsk({ path: CHAT, body });
    const built = buildUpstream(openaiChat, { ask, channel: CHANNEL, upstreamModel: "other" });
    expect(built.body.at(-1)?.buffer).toBe(body.buffer);
    expect(built.body.length).toBe(5);
  });
});

describe("where it goes", () => {
  test("the path is ours, the query only what is listed", () => {
    const path = "/v1/messages?beta=true&key=sk-sluice-x&x=1";
    expect(send({ model: "m" }, { protocol: anthropicMessages, path }).url).toBe(
      "https://upstream.example/v1/messages?beta=true",
    );
    expect(send({ model: "m" }, { path: "/v1/v1/chat/completions?key=x" }).url).toBe(
      "https://upstream.example/v1/chat/completions",
    );
    expect(send({ model: "m" }, { channel: { baseUrl: "http://127.0.0.1:8080/openai" } }).url).toBe(
      "http://127.0.0.1:8080/openai/v1/chat/completions",
    );
  });
});

describe("headers to the upstream", () => {
  const secret = "sk-sluice-client";
  test("what identifies the client or its connection stays, the rest passes", () => {
    const { headers } = send(
      { model: "m" },
      {
        headers: {
          ...{ authorization: `Bearer ${secret}`, "x-api-key": secret, "x-goog-api-key": secret, "api-key": secret },
          ...{
            cookie: "a=b",
            "proxy-authorization": secret,
            host: "h",
            "content-length": "1",
            "content-encoding": "gzip",
          },
          ...{
            connection: "keep-alive, x-named",
            "x-named": "1",
            te: "trailers",
            "transfer-encoding": "chunked",
            expect: "x",
          },
          ...{
            forwarded: "for=1",
            "x-forwarded-for": "1",
            "x-real-ip": "1",
            via: "1",
            "cf-ray": "1",
            "true-client-ip": "1",
          },
          ...{ origin: "o", referer: "r", "sec-fetch-mode": "cors", "openai-organization": "o", "openai-project": "p" },
          ...{ traceparent: "t", tracestate: "t", baggage: "b", "x-sluice-hop": "1", "x-goog-user-project": "p" },
          ...{
            "user-agent": "ua",
            "x-stainless-lang": "js",
            "idempotency-key": "i",
            "openai-beta": "b",
            "x-unknown": "u",
          },
          ...{ accept: "application/json", "accept-encoding": "gzip, br", session_id: "s", originator: "codex" },
        },
      },
    );
    expect(headers).toEqual({
      ...{ authorization: "Bearer sk-upstream", "content-type": "application/json", "accept-encoding": "identity" },
      ...{ "content-length": "13", accept: "application/json", session_id: "s", originator: "codex" },
      ...{ "user-agent": "ua", "x-stainless-lang": "js", "idempotency-key": "i", "openai-beta": "b", "x-unknown": "u" },
    });
  });

  test("Anthropic's own headers pass and the channel's credential goes into x-api-key", () => {
    const beta = "claude-code-20250219,context-management-2025-06-27";
    const { headers } = send(
      { model: "m" },
      {
        protocol: anthropicMessages,
        headers: { "anthropic-version": "2023-06-01", "anthropic-beta": beta, authorization: `Bearer ${secret}` },
      },
    );
    expect(headers).toMatchObject({
      "anthropic-version": "2023-06-01",
      "anthropic-beta": beta,
      "x-api-key": "sk-upstream",
    });
    expect(headers.authorization).toBeUndefined();
  });

  test("the channel's own list comes last", () => {
    const channel = { headers: { set: { "x-set": "1", authorization: "Basic own" }, remove: ["user-agent"] } };
    const { headers } = send({ model: "m" }, { channel, headers: { "user-agent": "ua" } });
    expect(headers).toMatchObject({ "x-set": "1", authorization: "Basic own" });
    expect("user-agent" in headers).toBe(false);
  });

  test("no client credential, cookie or x-sluice header ever goes up", () => {
    const name = fc.oneof(
      fc.constantFrom("authorization", "x-api-key", "x-goog-api-key", "api-key", "cookie", "proxy-authorization"),
      fc.stringMatching(/^x-sluice-[a-z]{1,8}$/),
    );
    const harmless = fc.stringMatching(/^x-[a-r][a-z]{1,8}$/);
    const rest = fc.dictionary(harmless, fc.constant("ok"));
    fc.assert(
      fc.property(fc.array(name), rest, fc.boolean(), (names, others, isChat) => {
        const headers = { ...others, ...Object.fromEntries(names.map((each) => [each, `Bearer ${secret}`])) };
        const built = send({ model: "m" }, { headers, protocol: isChat ? openaiChat : anthropicMessages });
        expect(JSON.stringify(built.headers)).not.toContain(secret);
        expect(built.url).not.toContain(secret);
        for (const each of Object.keys(others)) expect(built.headers[each]).toBe("ok");
      }),
    );
  });
});

describe("headers to the client", () => {
  test("limits and names of the upstream's account stay, the rest passes", () => {
    expect(
      openaiChat.replyHeaders({
        ...{ "content-type": "application/json", date: "d", "openai-processing-ms": "12", "retry-after": "3" },
        ...{ "retry-after-ms": "3000", "x-should-retry": "true", "x-many": ["a", "b"], "x-codex-turn-state": "t" },
        ...{ "set-cookie": ["a=b"], server: "s", via: "v", "alt-svc": "a", "strict-transport-security": "s", nel: "n" },
        ...{ "report-to": "r", "cf-ray": "c", "access-control-allow-origin": "*", "openai-organization": "o" },
        ...{ "openai-project": "p", "anthropic-organization-id": "o", "anthropic-ratelimit-requests-limit": "1" },
        ...{ "anthropic-priority-x": "1", "anthropic-fast-x": "1", "x-ratelimit-limit-requests": "1" },
        ...{ "x-codex-primary-used-percent": "1", "x-models-etag": "e", "x-sluice-code": "c", "x-request-id": "r" },
        ...{ connection: "close, x-named", "x-named": "1", "transfer-encoding": "chunked", "keep-alive": "timeout=5" },
        ...{ "content-length": "5", absent: undefined },
      }),
    ).toEqual({
      ...{ "content-type": "application/json", date: "d", "openai-processing-ms": "12", "retry-after": "3" },
      ...{ "retry-after-ms": "3000", "x-should-retry": "true", "x-many": "a, b", "x-codex-turn-state": "t" },
      ...{ "content-length": "5" },
    });
  });

  test("a reply that is decoded on its way has no length and no coding", () => {
    expect(openaiChat.replyHeaders({ "content-encoding": "gzip", "content-length": "5", etag: "e" })).toEqual({
      etag: "e",
    });
  });
});

describe("the credential", () => {
  const read = (headers: Readonly<Record<string, string>>) => openaiChat.readCredential(buildRequest({ headers }));
  test.each([
    [{ authorization: "Bearer k" }],
    [{ authorization: "bEARER   k " }],
    [{ "x-api-key": "k" }],
    [{ "x-goog-api-key": "k" }],
    [{ "api-key": "k" }],
    [{ "api-key": "k", "x-api-key": " k ", authorization: "Bearer k" }],
    [{ authorization: "Basic abc", "x-api-key": "k" }],
  ])("is found in %j", (headers) => {
    expect(read(headers as Record<string, string>)).toBe("k");
  });
  test.each([[{}], [{ authorization: "Basic abc" }], [{ authorization: "Bearer " }], [{ "x-api-key": "" }]])(
    "is missing in %j",
    (headers) => {
      expect(() => read(headers as Record<string, string>)).toThrow("missing_credential");
    },
  );
  test("is taken from the query on a model list only", () => {
    const list = buildRequest({ method: "GET", path: "/v1/models?key=k" });
    expect(openaiChat.readCredential(list)).toBe("k");
    const post = buildRequest({ path: "/v1/messages?key=k" });
    expect(() => openaiChat.readCredential(post)).toThrow("missing_credential");
    const other = buildRequest({ method: "GET", path: "/v1/models?key=k", headers: { "x-api-key": "j" } });
    expect(() => openaiChat.readCredential(other)).toThrow("credential_conflict");
  });
  test("different values are a conflict", () => {
    expect(() => read({ authorization: "Bearer a", "x-api-key": "b" })).toThrow("credential_conflict");
  });
});

describe("the protocol", () => {
  test("of a route is its own; without one the headers decide", () => {
    const plain = buildRequest();
    const versioned = buildRequest({ headers: { "anthropic-version": "x" } });
    expect(protocolFor("openai-chat", versioned)).toBe(openaiChat);
    expect(protocolFor("anthropic-messages", plain)).toBe(anthropicMessages);
    expect(protocolFor(null, versioned)).toBe(anthropicMessages);
    expect(protocolFor(null, plain)).toBe(openaiChat);
  });
});

describe("a request as Claude Code sends it", () => {
  const file = new URL("./anthropic-messages/__fixtures__/claude-code-request.json", import.meta.url);
  const recorded = JSON.parse(readFileSync(fileURLToPath(file), "utf8"));
  const fill = (value: unknown): unknown => {
    if (typeof value === "string") {
      return value.replace(/^<text:(\d+)>$/, (_, length) =>
        "quiet water finds its level ".repeat(length).slice(0, Number(length)),
      );
    }
    if (Array.isArray(value)) return value.map(fill);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fill(each)]));
  };

  test("passes whole, with its beta query and headers, over 30 KB and with `model` inside a tool's schema", () => {
    const body = JSON.stringify(fill(recorded.body));
    expect(body.length).toBeGreaterThan(30_000);
    const built = send(body, { protocol: anthropicMessages, headers: recorded.headers, path: recorded.path });
    expect(built.text).toBe(body);
    expect(built.url).toBe("https://upstream.example/v1/messages?beta=true");
    expect(built.headers).toMatchObject({
      "anthropic-beta": recorded.headers["anthropic-beta"],
      "x-app": "cli",
      "x-api-key": "sk-upstream",
    });
    expect(message(fill(recorded.body))).toMatchObject({
      model: "claude-sonnet-4-5",
      stream: true,
      maxOutputTokens: 32_000,
    });
  });
});

describe("account errors of the upstream", () => {
  const body = (error: unknown) => Buffer.from(JSON.stringify({ error }));
  test.each([
    [401, "", true],
    [402, "", true],
    [403, "<html>", true],
    [429, body({ code: "insufficient_quota" }), true],
    [429, body({ type: "usage_limit_reached" }), true],
    [429, body({ code: "billing_hard_limit_reached" }), true],
    [429, body({ code: "rate_limit_exceeded" }), false],
    [429, body("text"), false],
    [429, "not json", false],
    [400, body({ code: "insufficient_quota" }), false],
    [500, "", false],
  ])("%i with %s: %s", (status, reply, expected) => {
    expect(openaiChat.isAccountError(status, Buffer.from(reply))).toBe(expected);
  });
});
