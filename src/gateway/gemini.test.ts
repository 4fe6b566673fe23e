import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { UpstreamAnswer } from "@test/answering-upstream";
import { buildChannel, TEST_KEY } from "@test/build-deps";
import { buildLimit } from "@test/build-quota";
import { buildRequest } from "@test/build-request";
import { GOLDEN_ROWS, GOLDEN_VECTORS } from "@test/golden-prices";
import { type GatewayScene, openGateway, type SentCall } from "@test/open-gateway";
import { describe, expect, test } from "vitest";
import type { GatewayReply } from "@/protocols/exchange";

// What a client of Gemini's interface sees of a call, and what the call leaves behind.
const MODEL = "charlie";
const path = (method: string, version = "v1beta") => `/${version}/models/${MODEL}:${method}`;
const GENERATE = path("generateContent");
const STREAM = path("streamGenerateContent");
const EVENTS = `${STREAM}?alt=sse`;
const JSON_TYPE = { "content-type": "application/json; charset=UTF-8" };
const FAILED = { error: { code: 503, message: "own words", status: "UNAVAILABLE" } };

const fixture = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../protocols/gemini/__fixtures__/${name}`, import.meta.url)), "utf8");
const told = (...texts: string[]) => texts.map((text) => ({ afterMs: 50, text }));
const json = (text: string): UpstreamAnswer => ({ headers: JSON_TYPE, events: told(text) });
const element = (text: string, more: object = {}) =>
  JSON.stringify({ candidates: [{ content: { parts: [{ text }], role: "model" }, index: 0, ...more }] });

const channel = (given: Partial<ReturnType<typeof buildChannel>> = {}) =>
  buildChannel({
    ...{ baseUrl: "http://127.0.0.1:1", protocols: ["gemini"] },
    models: new Map([[MODEL, { name: MODEL, upstream: MODEL }]]),
    ...given,
  });

const open = (scene: Partial<GatewayScene> = {}) =>
  openGateway({ channels: [channel()], prices: GOLDEN_ROWS, start: "2026-11-21T12:00:00Z", ...scene });
const call = (given: Partial<SentCall> = {}): SentCall => ({
  ...{ model: MODEL, path: GENERATE, maxTokens: null },
  headers: { authorization: "", "x-goog-api-key": TEST_KEY },
  fields: { contents: [{ parts: [{ text: "hi" }] }] },
  ...given,
});

describe("a call passes", () => {
  test.each([
    ["plain", GENERATE, "body.json", "G24"],
    ["on the other version", path("generateContent", "v1"), "body.json", "G24"],
    ["with a picture and a voice", GENERATE, "modalities.json", "G26"],
    ["with searches", GENERATE, "grounded.json", "G27"],
    ["as events", EVENTS, "thoughts.sse", "G24"],
    ["as events with searches", EVENTS, "grounded.sse", "G27"],
    ["as an array", STREAM, "thoughts.array", "G24"],
    ["as an array with searches", STREAM, "grounded.array", "G27"],
  ] as const)("%s, is sent unchanged and costs what the specification says", async (...[, route, name, vector]) => {
    const type = name.endsWith(".sse") ? "text/event-stream" : JSON_TYPE["content-type"];
    const headers = { "content-type": type };
    const scene = open({ answer: () => ({ headers, events: told(fixture(name)) }) });
    const answer = await scene.one(call({ path: route }));
    expect(answer).toMatchObject({ status: 200, body: fixture(name), headers });
    expect(scene.upstream.requests).toMatchObject([
      { method: "POST", url: `http://127.0.0.1:1${route}`, headers: { "x-goog-api-key": "upstream-credential" } },
    ]);
    const { costNanoUsd, usage } = GOLDEN_VECTORS[vector];
    expect(scene.left.entries).toMatchObject([{ outcome: "ok", costSource: "upstream", costNanoUsd }]);
    expect(scene.left.entries[0]?.detail).toMatchObject({ tools: usage.tools, reasoning: usage.reasoning });
    expect(scene.left.requests).toMatchObject([
      { protocol: "gemini", operation: "generate", model: MODEL, outcome: "ok", stream: route.startsWith(STREAM) },
    ]);
  });

  test("an array is told not to be held back, as events are", async () => {
    const scene = open({ answer: () => json(fixture("thoughts.array")) });
    expect((await scene.one(call({ path: STREAM }))).headers).toMatchObject({ "x-accel-buffering": "no" });
  });

  test("to the channel's model, in the path and in the body, with its key out of the URL", async () => {
    const models = new Map([[MODEL, { name: MODEL, upstream: "gemini-2.5-pro" }]]);
    const scene = open({ channels: [channel({ models })], answer: () => json(fixture("body.json")) });
    await scene.one(call({ path: `${EVENTS}&key=${TEST_KEY}`, headers: { authorization: "" } }));
    const [sent] = scene.upstream.requests;
    expect(sent?.url).toBe("http://127.0.0.1:1/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse");
    expect(JSON.parse(Buffer.concat(sent?.body ?? []).toString()).model).toBe("gemini-2.5-pro");
    expect(JSON.stringify(scene.left.requests)).not.toContain(TEST_KEY);
  });

  test.each([
    ["as told", "embedding-with-usage.json", "upstream", { input_text: 4, input_image: 8 }],
    ["as estimated", "embedding.json", "estimated", { input_text: 25 }],
  ])("embeddings cost their input %s", async (...[, name, costSource, usage]) => {
    const scene = open({ answer: () => json(fixture(name)) });
    const answer = await scene.one(call({ path: path("batchEmbedContents"), fields: { requests: [] }, bytes: 100 }));
    expect(answer).toMatchObject({ status: 200, body: fixture(name) });
    expect(scene.left.entries).toMatchObject([{ outcome: "ok", costSource, detail: { usage } }]);
  });
});

describe("a spent limit", () => {
  /** A gateway whose user has spent more than the limit in one call. */
  async function spent() {
    const limits = [buildLimit({ amount: 10_900_000 })];
    const texts = [fixture("body.json"), '{"totalTokens":3}'];
    const scene = open({ snapshot: { limits }, answer: (_, index) => json(texts[index] ?? "") });
    await scene.one(call());
    expect(scene.left.entries).toMatchObject([{ costNanoUsd: GOLDEN_VECTORS.G24.costNanoUsd }]);
    return scene;
  }

  test.each([GENERATE, EVENTS, STREAM, path("embedContent")])("refuses %s in Gemini's shape", async (route) => {
    const scene = await spent();
    const answer = await scene.one(call({ path: route }));
    const wait = String(Math.ceil((Date.parse("2026-11-22T00:00:00Z") - scene.clock.now()) / 1000));
    expect(answer).toMatchObject({ status: 429, headers: { "x-sluice-code": "limit_exceeded", "retry-after": wait } });
    const { error } = JSON.parse(answer.body);
    expect(error).toMatchObject({ code: 429, status: "RESOURCE_EXHAUSTED" });
    expect(error.message).toContain("Usage quota exhausted");
    expect(error.message).toContain("It will reset at 2026-11-22T00:00:00Z.");
    const [info, retry] = error.details;
    expect(info).toMatchObject({ reason: "LIMIT_EXCEEDED", metadata: { limit_unit: "usd", limit_window: "daily" } });
    expect(retry).toEqual({ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: `${wait}s` });
    expect([scene.upstream.sent, scene.left.entries.length, scene.left.denials.length]).toEqual([1, 1, 1]);
  });

  test("that no call fits into is refused for good", async () => {
    const scene = open({ snapshot: { limits: [buildLimit({ amount: 0 })] } });
    const answer = await scene.one(call());
    expect(answer.headers).not.toHaveProperty("retry-after");
    expect(JSON.parse(answer.body).error.details[1]).toMatchObject({ retryDelay: "2073600s" });
  });

  test("lets tokens be counted, which costs nothing", async () => {
    const scene = await spent();
    const answer = await scene.one(call({ path: path("countTokens") }));
    expect(answer).toMatchObject({ status: 200, body: '{"totalTokens":3}' });
    expect(scene.left.entries).toHaveLength(1);
    const [, counting, ...more] = scene.left.requests;
    expect(counting).toMatchObject({ operation: "count_tokens", outcome: "ok", costNanoUsd: 0 });
    expect(more).toEqual([]);
  });
});

describe("a request is refused before anything is sent", () => {
  test.each([
    [GENERATE, { model: "other" }, 400, "invalid_body", "INVALID_ARGUMENT"],
    [GENERATE, { fields: { generationConfig: { candidateCount: 200 } } }, 400, "invalid_body", "INVALID_ARGUMENT"],
    [`${STREAM}?alt=proto`, {}, 400, "invalid_body", "INVALID_ARGUMENT"],
    [GENERATE, { headers: { authorization: "" } }, 401, "missing_credential", "UNAUTHENTICATED"],
    ["/v1beta/models/nobody:generateContent", { model: "nobody" }, 404, "model_not_found", "NOT_FOUND"],
    [path("batchGenerateContent"), {}, 404, "endpoint_not_supported", "NOT_FOUND"],
    ["/v1beta/cachedContents", {}, 404, "endpoint_not_supported", "NOT_FOUND"],
  ] as const)("%s with %j: %i %s", async (...[route, given, status, code, wireStatus]) => {
    const scene = open();
    const answer = await scene.one(call({ path: route, ...given }));
    expect(answer).toMatchObject({ status, headers: { "x-sluice-code": code } });
    expect(JSON.parse(answer.body).error).toMatchObject({ code: status, status: wireStatus });
    expect(scene.upstream.sent).toBe(0);
  });
});

describe("a stream that breaks off", () => {
  const [first = "", second = ""] = fixture("thoughts.array").split(/(?<=^,\r\n)/m);
  const broken = (...texts: string[]): UpstreamAnswer => ({
    ...{ headers: JSON_TYPE, events: told(...texts), fault: "upstream_truncated" },
  });
  const answerTo = async (given: UpstreamAnswer, route = STREAM) => {
    const scene = open({ answer: () => given });
    const answer = await scene.one(call({ path: route }));
    return { answer, entries: scene.left.entries };
  };

  test.each([
    ["between two elements", [`[${element("one")}`]],
    ["behind a comma", [`[${element("one")}\n`, ",\r\n"]],
    ["behind two", [first, second.replace(/,\r\n$/, "")]],
  ])("%s, ends its array with the error", async (...[, texts]) => {
    const { answer, entries } = await answerTo(broken(...texts));
    const elements = JSON.parse(answer.body);
    expect(elements.at(-1)).toMatchObject({ error: { code: 502, status: "INTERNAL" } });
    expect(elements.at(-2)).toHaveProperty("candidates");
    expect(answer.endedAt).not.toBeNull();
    expect(entries).toMatchObject([{ outcome: "upstream_error", costSource: "estimated" }]);
  });

  test("in the middle of an element, is broken off in turn, so that it looks like no whole", async () => {
    const { answer } = await answerTo(broken(`[${element("one")},{"candidates":[`));
    expect(answer.body).toBe(`[${element("one")},{"candidates":[`);
    expect(answer.endedAt).toBeNull();
  });

  test("between two events, ends with one more", async () => {
    const events = told(`data: ${element("one")}\r\n\r\n`);
    const { answer } = await answerTo({ events, fault: "upstream_truncated" }, EVENTS);
    const [last = ""] = answer.body.split("\r\n\r\n").slice(1);
    expect(last).toMatch(/^data: \{"error":\{"code":502,.*\n\n$/);
  });

  test("without a finish reason is no success", async () => {
    const { entries } = await answerTo(json(`[${element("one")}]`));
    expect(entries).toMatchObject([{ outcome: "upstream_error" }]);
    const whole = await answerTo(json(`[${element("one", { finishReason: "STOP" })}]`));
    expect(whole.entries).toMatchObject([{ outcome: "ok" }]);
  });
});

describe("an error as the first element", () => {
  const twoChannels = [channel({ id: 1 }), channel({ id: 2, priority: 1 })];

  test.each([
    ["of an array", STREAM, `[${JSON.stringify(FAILED)}`, "thoughts.array", JSON_TYPE],
    ["of events", EVENTS, `data: ${JSON.stringify(FAILED)}\r\n\r\n`, "thoughts.sse", {}],
  ])("%s fails over, and the client sees one clean stream", async (...[, route, failed, name, headers]) => {
    const answers = [failed, fixture(name)].map((text) => ({ headers, events: told(text) }));
    const scene = open({ channels: twoChannels, answer: (_, index) => answers[index] ?? {} });
    const answer = await scene.one(call({ path: route }));
    expect(answer.body).toBe(fixture(name));
    expect(scene.left.requests).toMatchObject([{ outcome: "ok" }]);
    expect(scene.upstream.sent).toBe(2);
  });

  test("of an array is shown whole when no channel is left", async () => {
    const failed: UpstreamAnswer = { headers: JSON_TYPE, events: told(`[${JSON.stringify(FAILED)}`, "\n]") };
    const answers: UpstreamAnswer[] = [failed, { fault: "upstream_unreachable" }];
    const scene = open({ channels: twoChannels, answer: (_, index) => answers[1 - index] ?? {} });
    const answer = await scene.one(call({ path: STREAM }));
    expect(JSON.parse(answer.body)).toEqual([FAILED]);
  });
});

test("a client that leaves in the middle is billed what the upstream counted, and gives back what it held", async () => {
  const texts = fixture("thoughts.sse").split(/(?<=\r\n\r\n)/);
  const events = texts.map((text) => ({ afterMs: 200, text }));
  const limits = [buildLimit()];
  const scene = open({ answer: () => ({ events }), snapshot: { limits } });
  const { answer, handled } = scene.send(call({ path: EVENTS }));
  await scene.pass(400);
  answer.leave();
  await scene.finish();
  await handled;
  expect(answer.body).toBe(texts[0]);
  const { costNanoUsd } = GOLDEN_VECTORS.G24;
  expect(scene.left.entries).toMatchObject([{ outcome: "client_aborted", costNanoUsd }]);
  expect(await scene.counters()).toMatchObject([{ settled: costNanoUsd, held: 0, worst: 0 }]);
  expect([scene.upstream.open, scene.clock.pending()]).toEqual([0, 0]);
});

test("replies tell of limits in the shared headers alone", async () => {
  const limits = [buildLimit(), buildLimit({ id: 2, unit: "tokens", amount: 1_000_000 })];
  const scene = open({ answer: () => json(fixture("body.json")), snapshot: { limits } });
  const { headers } = await scene.one(call());
  expect(headers["x-sluice-limits"]).toContain("u=usd");
  expect(Object.keys(headers).filter((name) => /ratelimit|^request-id$/.test(name))).toEqual([]);
  expect(headers["x-request-id"]).toMatch(/^req_/);
});

describe("a list", () => {
  async function list(scene: ReturnType<typeof open>, route: string, headers: Record<string, string> = {}) {
    const answer = { status: 0, body: "" };
    const reply = {
      ...{ isStarted: false, isClosed: false, write: () => true, drained: () => Promise.resolve() },
      start: (status) => void Object.assign(answer, { status }),
      end: (chunk) => void Object.assign(answer, { body: Buffer.from(chunk ?? []).toString() }),
      ...{ destroy() {}, onClosed: () => () => {} },
    } satisfies GatewayReply;
    await scene.gateway.handle(buildRequest({ method: "GET", path: route, headers }), reply);
    return { status: answer.status, body: JSON.parse(answer.body) };
  }
  const traits = { maxOutputTokens: 65_536, bytesPerToken: null, expectedOutputTokens: null };
  const served = (name: string) => new Map([[name, { name, upstream: name }]]);
  const scene = open({
    models: { [MODEL]: traits },
    channels: [
      channel({ id: 1, operations: ["generate"] }),
      channel({ id: 2, operations: ["count_tokens", "chat"] }),
      channel({ id: 3, models: served("juliet"), operations: ["embedding"] }),
      channel({ id: 4, models: served("alpha"), protocols: ["openai-chat"] }),
    ],
  });
  const charlie = {
    ...{ name: `models/${MODEL}`, displayName: MODEL, outputTokenLimit: 65_536 },
    supportedGenerationMethods: ["generateContent", "streamGenerateContent", "countTokens"],
  };
  const juliet = {
    ...{ name: "models/juliet", displayName: "juliet" },
    supportedGenerationMethods: ["embedContent", "batchEmbedContents"],
  };

  test.each([
    [`/v1beta/models?key=${TEST_KEY}`, {}],
    ["/v1beta/models", { authorization: `Bearer ${TEST_KEY}` }],
    ["/v1/models", { "x-goog-api-key": TEST_KEY }],
    ["/v1/models?pageSize=50", { authorization: `Bearer ${TEST_KEY}` }],
  ])("%s with %j names the methods that the model's channels take", async (route, headers) => {
    const { status, body } = await list(scene, route, headers as Record<string, string>);
    expect(status).toBe(200);
    expect(body).toEqual({ models: [charlie, juliet] });
  });

  test("of all protocols names no method that no channel of Gemini's takes", async () => {
    const { body } = await list(scene, `/v1beta/models?protocol=all&key=${TEST_KEY}`);
    const alpha = { name: "models/alpha", displayName: "alpha", supportedGenerationMethods: [] };
    expect(body).toEqual({ models: [alpha, charlie, juliet] });
  });

  test("is paged", async () => {
    const first = await list(scene, `/v1beta/models?pageSize=1&key=${TEST_KEY}`);
    expect(first.body).toEqual({ models: [charlie], nextPageToken: expect.any(String) });
    const next = await list(scene, `/v1beta/models?pageToken=${first.body.nextPageToken}&key=${TEST_KEY}`);
    expect(next.body).toEqual({ models: [juliet] });
    const refused = await list(scene, `/v1beta/models?pageSize=0&key=${TEST_KEY}`);
    expect(refused).toMatchObject({ status: 400, body: { error: { status: "INVALID_ARGUMENT" } } });
  });

  test("of one", async () => {
    const one = await list(scene, `/v1beta/models/${MODEL}?key=${TEST_KEY}`);
    expect(one.body).toEqual(charlie);
    const none = await list(scene, `/v1beta/models/alpha?key=${TEST_KEY}`);
    expect(none).toMatchObject({ status: 404, body: { error: { status: "NOT_FOUND" } } });
  });
});
