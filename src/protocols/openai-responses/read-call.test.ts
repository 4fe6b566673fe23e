import { buildCallAsk, buildUpstream, readCall } from "@test/build-call";
import { buildChannel } from "@test/build-deps";
import { describe, expect, test } from "vitest";
import { openaiResponses } from "./adapter";

const RESPONSES = "/v1/responses";
const CHANNEL = buildChannel({ baseUrl: "https://upstream.example", credential: "sk-upstream" });
const read = (body: unknown, path = RESPONSES) => readCall(openaiResponses, path, body);
const refusal = (body: unknown) => {
  try {
    read(body);
  } catch (error) {
    return error;
  }
  throw new Error("it was read");
};

describe("what a body asks for", () => {
  test("a whole one", () => {
    const call = read({
      ...{ model: "gpt-5", input: "hi", stream: true, max_output_tokens: 50, service_tier: "fast" },
      ...{ background: false, previous_response_id: "resp_1", prompt_cache_key: "cache", user: "ada" },
      tools: [{ type: "function", name: "f" }],
    });
    expect(call).toMatchObject({
      ...{ operation: "response", model: "gpt-5", stream: true, asksStreamUsage: true, maxOutputTokens: 50 },
      ...{ tier: "priority", previousResponseId: "resp_1", conversation: "cache", hasTools: true, toolUnits: {} },
      ...{ choices: 1, secondaryModels: [], line: { method: "POST", path: RESPONSES } },
    });
  });

  test("a bare one, on each route with a body", () => {
    for (const path of [RESPONSES, "/v1/responses/compact", "/v1/responses/input_tokens"]) {
      expect(read({ model: "gpt-5" }, path)).toMatchObject({
        ...{ stream: false, maxOutputTokens: null, tier: "standard", previousResponseId: null, conversation: null },
        ...{ hasTools: false, toolUnits: {}, line: { path } },
      });
    }
    expect(read({ model: "m" }, "/v1/responses/compact").operation).toBe("response_compact");
    expect(read({ model: "m" }, "/v1/responses/input_tokens").operation).toBe("count_tokens");
  });

  test.each([
    [{ user: "ada" }, "ada"],
    [{ safety_identifier: "s" }, "s"],
    [{ conversation: "conv_1" }, null],
  ])("%j calls its conversation %j", (fields, conversation) => {
    expect(read({ model: "m", ...fields }).conversation).toBe(conversation);
  });

  test.each([
    { background: null },
    { background: false },
    { previous_response_id: null },
    { previous_response_id: "" },
  ])("%j asks for nothing", (fields) => {
    expect(read({ model: "m", ...fields }).previousResponseId).toBeNull();
  });

  test.each([
    [{ model: "m", background: true }, "background_not_supported", 400],
    [{ model: "m", background: "true" }, "invalid_body", 400],
    [{ model: "m", background: 1 }, "invalid_body", 400],
    [{ input: "hi" }, "model_required", 400],
    [{ prompt: { id: "pmpt_1" } }, "model_required", 400],
    [{ model: "m", stream: 1 }, "invalid_body", 400],
    [{ model: "m", max_output_tokens: -1 }, "invalid_body", 400],
    [{ model: "m", max_tool_calls: 1.5 }, "invalid_body", 400],
    [{ model: "m", previous_response_id: 7 }, "invalid_body", 400],
    [{ model: "m", previous_response_id: ["resp_1"] }, "invalid_body", 400],
    [{ model: "m", previous_response_id: "resp_1 " }, "invalid_body", 400],
    [{ model: "m", previous_response_id: "resp_１" }, "invalid_body", 400],
    [{ model: "m", previous_response_id: "x".repeat(1025) }, "invalid_body", 400],
    [{ model: "m", Background: true }, "invalid_body", 400],
    [{ model: "m", ſtream: true }, "invalid_body", 400],
    [{ model: "m", Previous_Response_Id: "resp_1" }, "invalid_body", 400],
    ["[]", "invalid_body", 400],
    ["{", "invalid_json", 400],
  ])("%j is refused with %s", (body, code, status) => {
    expect(refusal(body)).toMatchObject({ code, status });
  });

  test("an id spelled with escapes is the same id", () => {
    const body = `{"model":"m","previous_response_id":"${"\\u0072".repeat(1)}esp_1"}`;
    expect(read(body).previousResponseId).toBe("resp_1");
    const long = `{"model":"m","previous_response_id":"${"\\u0072".repeat(900)}"}`;
    expect(refusal(long)).toMatchObject({ code: "invalid_body" });
  });

  test("the last of several values is the one that counts and that is sent", () => {
    const body =
      '{"model":"m","background":true,"background":false,"previous_response_id":"a","previous_response_id":"b"}';
    expect(read(body).previousResponseId).toBe("b");
    const built = buildUpstream(openaiResponses, {
      ask: buildCallAsk({ path: RESPONSES, body: Buffer.from(body) }),
      channel: CHANNEL,
    });
    expect(Buffer.concat(built.body).toString()).toBe('{"model":"m","background":false,"previous_response_id":"b"}');
  });
});

describe("tools that the vendor counts", () => {
  const unitsOf = (tools: unknown, more: object = {}) => read({ model: "m", tools, ...more }).toolUnits;

  test.each([
    [[{ type: "web_search" }], { web_search: 5 }],
    [[{ type: "web_search_preview" }, { type: "web_search_2025_08_26" }], { web_search: 10 }],
    [[{ type: "file_search", vector_store_ids: [] }], { file_search: 5 }],
    [[{ type: "code_interpreter", container: { type: "auto" } }], { code_session: 5 }],
    [[{ type: "image_generation" }], { image_generation: 5 }],
    [[{ type: "function", name: "web_search", parameters: { type: "web_search" } }], {}],
    [[{ type: "web_searching" }, { type: "mcp" }, { type: "custom" }, "web_search", null], {}],
    ["web_search", {}],
    [null, {}],
  ])("%j: %j", (tools, units) => {
    expect(unitsOf(tools)).toEqual(units);
  });

  test("a type spelled with escapes is found", () => {
    expect(read('{"model":"m","tools":[{"type":"\\u0077eb_search"}]}').toolUnits).toEqual({ web_search: 5 });
  });

  test("the maximum of tool calls is the most of each", () => {
    const tools = [{ type: "web_search" }, { type: "web_search_preview" }, { type: "code_interpreter" }];
    expect(unitsOf(tools, { max_tool_calls: 2 })).toEqual({ web_search: 2, code_session: 2 });
    expect(unitsOf(tools, { max_tool_calls: null })).toEqual({ web_search: 10, code_session: 5 });
    expect(unitsOf(tools, { max_tool_calls: 40 })).toEqual({ web_search: 40, code_session: 40 });
  });

  test("a type that can be read in two ways is refused", () => {
    expect(refusal({ model: "m", tools: [{ type: "function", Type: "web_search" }] })).toMatchObject({
      code: "invalid_body",
    });
  });
});

describe("what is sent upstream", () => {
  const send = (
    path: string,
    { body, method = "POST", ...more }: { body?: string; method?: string; upstreamModel?: string } = {},
  ) =>
    buildUpstream(openaiResponses, {
      ask: buildCallAsk({
        ...{
          path,
          method,
          headers: { authorization: "Bearer sk-sluice", "openai-organization": "o", session_id: "s" },
        },
        ...(body === undefined ? {} : { body: Buffer.from(body) }),
      }),
      channel: CHANNEL,
      ...more,
    });

  test("the body as it came, under the channel's credential and name of the model", () => {
    const body = '{"input":[{"role":"user","content":"hi"}],"model":"gpt-5","stream":true,"conversation":"conv_1"}';
    const built = send(RESPONSES, { body });
    expect(Buffer.concat(built.body).toString()).toBe(body);
    expect(built).toMatchObject({ url: "https://upstream.example/v1/responses", method: "POST", injectedUsage: false });
    expect(built.headers).toMatchObject({ authorization: "Bearer sk-upstream", session_id: "s" });
    expect(built.headers).not.toHaveProperty("openai-organization");
    const mapped = send(RESPONSES, { body, upstreamModel: "other" });
    expect(Buffer.concat(mapped.body).toString()).toBe(body.replace('"gpt-5"', '"other"'));
  });

  test("no query with a body", () => {
    expect(send(`${RESPONSES}?stream=true&include=x`, { body: '{"model":"m"}' }).url).toBe(
      "https://upstream.example/v1/responses",
    );
  });

  test.each([
    ["GET", "/v1/responses/resp_1", "/v1/responses/resp_1"],
    [
      "GET",
      "/v1/responses/resp_1?stream=true&starting_after=3&key=x",
      "/v1/responses/resp_1?starting_after=3&stream=true",
    ],
    ["DELETE", "/v1/responses/resp_1", "/v1/responses/resp_1"],
    ["POST", "/v1/responses/resp_1/cancel", "/v1/responses/resp_1/cancel"],
    [
      "GET",
      "/v1/responses/resp_1/input_items?include=a&include=b&limit=2&order=asc&after=msg_1&model=x",
      "/v1/responses/resp_1/input_items?include=a&include=b&limit=2&order=asc&after=msg_1",
    ],
    ["GET", "/v1/responses/a%3Fb%23c%20$&", "/v1/responses/a%3Fb%23c%20%24%26"],
  ])("%s %s goes to %s without a body", (method, path, url) => {
    const built = send(path, { method });
    expect(built).toMatchObject({ method, url: `https://upstream.example${url}`, body: [], contentLength: 0 });
    expect(built.headers).not.toHaveProperty("content-length");
    expect(built.call).toMatchObject({ model: "", operation: "response_object", previousResponseId: null });
    expect(built.call.stream).toBe(path.includes("stream=true"));
  });
});
