import { buildCallAsk, buildUpstream, readCall } from "@test/build-call";
import { buildChannel } from "@test/build-deps";
import { buildRequest } from "@test/build-request";
import { describe, expect, test } from "vitest";
import { protocolFor, protocolOfUnlisted } from "../registry";
import { gemini } from "./adapter";

const CHANNEL = { ...buildChannel({ baseUrl: "https://upstream.example" }), credential: "AIza-upstream" };
const MODEL = "gemini-2.5-flash";
const GENERATE = `/v1beta/models/${MODEL}:generateContent`;
const EMBED = `/v1beta/models/${MODEL}:embedContent`;
const BATCH = `/v1beta/models/${MODEL}:batchEmbedContents`;
const COUNT = `/v1beta/models/${MODEL}:countTokens`;

const read = (body: unknown, path = GENERATE) => readCall(gemini, path, body);

/** What goes up for a body, as `upstreamModel` when told. */
function send(body: unknown, { path = GENERATE, upstreamModel = MODEL, headers = {} } = {}) {
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  const built = buildUpstream(gemini, {
    ask: buildCallAsk({ body: bytes, path, headers }),
    channel: CHANNEL,
    upstreamModel,
  });
  const sent = Buffer.concat(built.body);
  expect(built.contentLength).toBe(sent.length);
  expect(built.headers["content-length"]).toBe(String(sent.length));
  return { ...built, text: sent.toString() };
}

describe("what a request asks for", () => {
  test("its model and whether it streams stand in the path", () => {
    expect(read({})).toMatchObject({
      ...{ operation: "generate", model: MODEL, stream: false, asksStreamUsage: true, maxOutputTokens: null },
      ...{ choices: 1, hasTools: false, toolUnits: {}, tier: "standard", conversation: null, previousResponseId: null },
    });
    expect(read({}, "/v1/models/models/acme/x:1:streamGenerateContent?alt=sse")).toMatchObject({
      ...{ model: "acme/x:1", stream: true },
    });
  });

  test.each([
    [{ generationConfig: { maxOutputTokens: 7, candidateCount: 3 }, serviceTier: "flex" }, 7, 3, "flex"],
    [{ generation_config: { max_output_tokens: 7, candidate_count: 3 }, service_tier: "flex" }, 7, 3, "flex"],
    [{ generationConfig: { max_output_tokens: 0 }, serviceTier: "SERVICE_TIER_PRIORITY" }, null, 1, "priority"],
    [{ generationConfig: { maxOutputTokens: "7", candidateCount: "3" }, serviceTier: "" }, null, 3, "standard"],
    [{ generationConfig: { maxOutputTokens: null, candidateCount: null }, serviceTier: null }, null, 1, "standard"],
    [{ generationConfig: null, serviceTier: "unspecified" }, null, 1, "standard"],
    [{ generationConfig: [7] }, null, 1, "standard"],
  ])("%j", (...[body, maxOutputTokens, choices, tier]) => {
    expect(read(body)).toMatchObject({ maxOutputTokens, choices, tier });
  });

  test("the last of several spelled alike counts", () => {
    const config = '{"maxOutputTokens":1,"m\\u0061xOutputTokens":9}';
    expect(read(`{"generationConfig":{},"generationConfig":${config}}`).maxOutputTokens).toBe(9);
  });

  test.each([
    ["none", undefined, {}],
    ["functions alone", [{ functionDeclarations: [{ name: "googleSearch" }] }], {}],
    ["a search", [{ googleSearch: {} }], { google_search: 5 }],
    ["as the schema spells it", [{ google_search: {} }], { google_search: 5 }],
    ["of the first models", [{ googleSearchRetrieval: { dynamicRetrievalConfig: {} } }], { google_search: 5 }],
    ["two", [{ googleSearch: {} }, { functionDeclarations: [] }, { google_search: {} }], { google_search: 10 }],
    ["one without a list", { googleSearch: {} }, { google_search: 5 }],
    ["other ones", [{ codeExecution: {} }, { urlContext: {} }, 7], {}],
  ])("the searches that it may make: %s", (...[, tools, toolUnits]) => {
    expect(read({ tools })).toMatchObject({ toolUnits, hasTools: tools !== undefined });
  });

  test("a search that is spelled with escapes hides from no estimate, an ambiguous one is refused", () => {
    expect(read('{"tools":[{"\\u0067oogleSearch":{}}]}').toolUnits).toEqual({ google_search: 5 });
    expect(() => read('{"tools":[{"GoogleSearch":{}}]}')).toThrow("invalid_body");
  });

  test("an embedding makes no output; its texts are its estimate, however many they are", () => {
    const one = read({ content: { parts: [{ text: "x".repeat(90) }] } }, EMBED);
    const requests = Array.from({ length: 5 }, () => ({
      model: `models/${MODEL}`,
      content: { parts: [{ text: "x".repeat(90) }] },
    }));
    const five = read({ requests }, BATCH);
    expect(one).toMatchObject({ operation: "embedding", maxOutputTokens: 0, choices: 1, stream: false });
    expect(five.textBytes).toBeGreaterThan(5 * one.textBytes);
    expect(read({ contents: [] }, COUNT)).toMatchObject({ operation: "count_tokens", stream: false });
  });

  test("an inline image of 300 KB is a blob and no text", () => {
    const data = Buffer.alloc(225_000, 7).toString("base64");
    const body = {
      contents: [{ role: "user", parts: [{ text: "what?" }, { inlineData: { mimeType: "image/png", data } }] }],
    };
    const call = read(body);
    expect(data.length).toBe(300_000);
    expect(call.blobCount).toBe(1);
    expect(call.textBytes).toBe(JSON.stringify(body).length - data.length);
  });
});

describe("a request is refused that", () => {
  test.each([
    ['{"Model":"x"}', "spells its model in another case"],
    ['{"GenerationConfig":{}}', "spells a field in another case"],
    ['{"generationconfig":{}}', "spells a field in another case"],
    ['{"Generation_Config":{}}', "spells a field in another case"],
    ['{"\\u0047enerationConfig":{}}', "spells a field in another case, with escapes"],
    ['{"\u017ferviceTier":"flex"}', "spells a field with a long s"],
    ['{"generationConfig":{"MaxOutputTokens":1}}', "spells a field inside in another case"],
    ['{"generationConfig":{},"generation_config":{}}', "spells a field in both ways"],
    ['{"serviceTier":"flex","service_tier":"standard"}', "spells its tier in both ways"],
    ['{"generationConfig":{"maxOutputTokens":1,"max_output_tokens":2}}', "spells its maximum in both ways"],
    ['{"generationConfig":{"maxOutputTokens":-1}}', "has a negative maximum"],
    ['{"generationConfig":{"maxOutputTokens":1.5}}', "has a fraction as its maximum"],
    ['{"generationConfig":{"maxOutputTokens":1e20}}', "has an unsafe maximum"],
    ['{"generationConfig":{"candidateCount":0}}', "asks for no candidate"],
    ['{"generationConfig":{"candidateCount":129}}', "asks for too many candidates"],
    ['{"generationConfig":{"candidateCount":"129"}}', "asks for too many candidates in text"],
    ['{"generationConfig":{"candidateCount":"8x"}}', "asks for candidates that are no number"],
    ["[]", "is no object"],
  ])("%s: %s", (body) => {
    expect(() => read(body)).toThrow("invalid_body");
  });

  test.each(["media", "proto", "SSE", ""])("asks for the reply as %j", (alt) => {
    expect(() => read({}, `${GENERATE}?alt=${alt}`)).toThrow("invalid_body");
  });

  test("hides another way of reply behind an allowed one", () => {
    expect(() => read({}, `${GENERATE}?alt=sse&alt=proto`)).toThrow("invalid_body");
  });

  test.each([
    [GENERATE, '{"model":"gemini-2.5-pro"}'],
    [GENERATE, '{"model":"models/gemini-2.5-pro"}'],
    [GENERATE, `{"model":"models/models/${MODEL}"}`],
    [GENERATE, `{"model":["${MODEL}"]}`],
    [GENERATE, '{"model":7}'],
    [GENERATE, `{"model":"${MODEL}","model":"other"}`],
    [EMBED, '{"model":"models/other"}'],
    [BATCH, `{"requests":[{"model":"models/${MODEL}"},{"model":"models/other"}]}`],
    [BATCH, `{"requests":[{"Model":"models/${MODEL}"}]}`],
    [BATCH, '{"requests":{"model":"models/other"}}'],
    [COUNT, '{"generateContentRequest":{"model":"models/other"}}'],
    [COUNT, '{"generate_content_request":{"model":"models/other"}}'],
    [COUNT, '{"generateContentRequest":{},"generate_content_request":{}}'],
  ])("names another model than its path: %s %s (N3)", (path, body) => {
    expect(() => read(body, path)).toThrow("invalid_body");
  });

  test("has a path with a model that is no name", () => {
    expect(() => read({}, `/v1beta/models/a%00b:generateContent`)).toThrow("invalid_body");
    expect(() => read({}, `/v1beta/models/${"x".repeat(257)}:generateContent`)).toThrow("invalid_body");
  });
});

describe("what goes up", () => {
  test("is the body as it came, on the same version, with the channel's credential in Gemini's header", () => {
    const body = ` {"contents":[], "model" : "models/${MODEL}","generationConfig":{ "maxOutputTokens":1 } }`;
    const headers = { "x-goog-api-client": "genai-js", "x-goog-user-project": "mine", "x-goog-api-key": "client" };
    const built = send(body, { headers });
    expect(built.text).toBe(body);
    expect(built).toMatchObject({ method: "POST", url: `https://upstream.example${GENERATE}`, injectedUsage: false });
    expect(built.headers).toMatchObject({ "x-goog-api-key": "AIza-upstream", "x-goog-api-client": "genai-js" });
    expect(built.headers).not.toHaveProperty("x-goog-user-project");
    expect(send("{}", { path: "/models/x:countTokens", upstreamModel: "x" }).url).toBe(
      "https://upstream.example/v1/models/x:countTokens",
    );
  });

  test.each([
    ["gemini-2.5-pro", "models/gemini-2.5-pro"],
    ["models/gemini-2.5-pro", "models/gemini-2.5-pro"],
    ["tunedModels/my model-1", "tunedModels/my%20model-1"],
    ["acme/x:1", "models/acme%2Fx%3A1"],
    ["$&?#", "models/%24%26%3F%23"],
  ])("names the channel's model %s in the path", (upstreamModel, path) => {
    expect(send("{}", { upstreamModel }).url).toBe(`https://upstream.example/v1beta/${path}:generateContent`);
  });

  test.each([
    ["", ""],
    ["?alt=sse", "?alt=sse"],
    ["?alt=json&key=secret", "?alt=json"],
    ["?key=secret&prettyPrint=false&%24alt=sse", ""],
  ])("of the query %j only what is listed: %j", (query, sent) => {
    const path = GENERATE.replace("generateContent", "streamGenerateContent");
    expect(send("{}", { path: `${path}${query}` }).url).toBe(`https://upstream.example${path}${sent}`);
  });

  test.each([
    [GENERATE, `{"model":"${MODEL}"}`, '{"model":"pro"}'],
    [GENERATE, `{"model":"models/${MODEL}","x":1}`, '{"model":"models/pro","x":1}'],
    [GENERATE, '{"model":null}', '{"model":null}'],
    [
      BATCH,
      `{"requests":[{"model":"models/${MODEL}","content":{}},{"content":{}},{"model":"${MODEL}"}]}`,
      '{"requests":[{"model":"models/pro","content":{}},{"content":{}},{"model":"pro"}]}',
    ],
    [
      COUNT,
      `{"generateContentRequest":{"contents":[],"model":"models/${MODEL}"}}`,
      '{"generateContentRequest":{"contents":[],"model":"models/pro"}}',
    ],
  ])("the channel's model wherever the body names it: %s %s", (path, body, sent) => {
    expect(send(body, { path, upstreamModel: "pro" }).text).toBe(sent);
  });

  test("a tuned model under its own full name", () => {
    const body = `{"model":"models/${MODEL}"}`;
    expect(send(body, { upstreamModel: "tunedModels/mine" }).text).toBe('{"model":"tunedModels/mine"}');
  });

  test.each([
    [`{"model":"models/${MODEL}","m\\u006fdel":"${MODEL}"}`, `{"model":"${MODEL}"}`],
    [
      '{"generationConfig":{"maxOutputTokens":9,"topK":1,"max\\u004futputTokens":1}}',
      '{"generationConfig":{"topK":1,"maxOutputTokens":1}}',
    ],
  ])("the value that was read, for a parser that takes the first or does not unescape: %s", (body, sent) => {
    expect(send(body).text).toBe(sent);
  });

  test("inside a request of a batch, too", () => {
    const named = `"m\\u006fdel":"models/${MODEL}"`;
    const body = `{"requests":[{"model":"models/other",${named}}]}`;
    expect(send(body, { path: BATCH, upstreamModel: "pro" }).text).toBe('{"requests":[{"model":"models/pro"}]}');
  });
});

describe("the key", () => {
  const keyOf = (path: string, headers: Record<string, string> = {}) =>
    gemini.readCredential(buildRequest({ path, headers }));

  test("may stand in the query of any call, and in every header", () => {
    expect(keyOf(`${GENERATE}?key=k`)).toBe("k");
    expect(keyOf(GENERATE, { "x-goog-api-key": "k" })).toBe("k");
    expect(keyOf(`${GENERATE}?key=k`, { "x-goog-api-key": "k", authorization: "Bearer k" })).toBe("k");
  });

  test("is one", () => {
    expect(() => keyOf(`${GENERATE}?key=k`, { "x-goog-api-key": "j" })).toThrow("credential_conflict");
    expect(() => keyOf(`${GENERATE}?key=k&key=j`)).toThrow("credential_conflict");
    expect(() => keyOf(GENERATE)).toThrow("missing_credential");
  });
});

describe("the protocol of a list", () => {
  const of = (path: string, headers: Record<string, string> = {}) =>
    protocolFor(null, buildRequest({ method: "GET", path, headers })).id;

  test.each([
    ["/v1/models", {}, "openai-chat"],
    ["/v1/models?limit=3", { authorization: "Bearer k" }, "openai-chat"],
    ["/v1beta/models", {}, "gemini"],
    ["/v1/models", { "x-goog-api-key": "k" }, "gemini"],
    ["/v1/models", { "x-goog-api-client": "genai-js/1" }, "gemini"],
    ["/v1/models?key=k", {}, "gemini"],
    ["/v1/models?pageSize=3", {}, "gemini"],
    ["/v1/models?pageSize=3", { "anthropic-version": "2023-06-01", "x-goog-api-key": "k" }, "anthropic-messages"],
  ])("%s with %j is %s", (path, headers, id) => {
    expect(of(path, headers as Record<string, string>)).toBe(id);
  });

  test.each([
    ["/v1beta/batches", { "anthropic-version": "2023-06-01" }, "gemini"],
    ["//v1/v1beta/x", {}, "gemini"],
    ["/v1beta/v1/x", {}, "openai-chat"],
    ["/v1/batches", { "anthropic-version": "2023-06-01" }, "anthropic-messages"],
    ["/v1/batches", { "x-goog-api-key": "k" }, "openai-chat"],
  ])("of the unlisted %s with %j: %s (3.1)", (path, headers, id) => {
    const request = buildRequest({ path, headers: headers as Record<string, string> });
    expect(protocolOfUnlisted(request).id).toBe(id);
  });
});

describe("account errors of the upstream", () => {
  const error = { code: 400, details: [{ reason: "API_KEY_INVALID", domain: "googleapis.com" }] };
  test.each([
    [400, { error }, true],
    [400, [{ error }], true],
    [400, { error: { code: 400, details: [{ reason: "OTHER" }] } }, false],
    [400, { error: { code: 400 } }, false],
    [400, [], false],
    [404, { error }, false],
    [403, {}, true],
    [429, { error: { code: 429, status: "RESOURCE_EXHAUSTED" } }, false],
  ])("%i with %j: %s", (status, body, expected) => {
    expect(gemini.isAccountError(status, Buffer.from(JSON.stringify(body)))).toBe(expected);
  });
});
