import type { UpstreamAnswer } from "@test/answering-upstream";
import { buildAuthSnapshot, buildChannel, TEST_KEY } from "@test/build-deps";
import { buildLimit } from "@test/build-quota";
import { GOLDEN_ROWS, GOLDEN_VECTORS, type GoldenName } from "@test/golden-prices";
import { type GatewayScene, openGateway } from "@test/open-gateway";
import { describe, expect, test } from "vitest";
import { memoryChannelAffinity } from "@/stores/memory/channel-affinity";

const PATH = "/v1/responses";
const CODEX = { originator: "codex_cli_rs" };

function open(scene: GatewayScene = {}) {
  const model = (name: string) => [name, { name, upstream: name }] as const;
  const channel = buildChannel({
    ...{ baseUrl: "http://127.0.0.1:1", protocols: ["openai-responses"] },
    models: new Map([model("gpt-4o"), model("alpha")]),
  });
  return openGateway({ channels: [channel], ...scene });
}

const event = (type: string, rest: object = {}) => `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;
const USAGE = { input_tokens: 100, output_tokens: 50, total_tokens: 150 };
const reply = (given: object = {}) => ({
  id: "resp_1",
  object: "response",
  status: "completed",
  usage: USAGE,
  ...given,
});
const events = (...texts: readonly string[]): UpstreamAnswer => ({
  events: texts.map((text) => ({ afterMs: 10, text })),
});
const created = event("response.created", { sequence_number: 0, response: { id: "resp_1", usage: null } });
const delta = event("response.output_text.delta", { sequence_number: 1, delta: "Hello" });

describe("a call", () => {
  test("is relayed, charged by its usage, and its id kept", async () => {
    const affinity = memoryChannelAffinity({ monotonic: () => 0 });
    const scene = open({ affinity, answer: () => ({ body: reply({ service_tier: "default" }) }) });
    const answer = await scene.one({ path: PATH, maxTokens: null });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({ id: "resp_1", usage: USAGE });
    expect(scene.left.entries).toMatchObject([{ outcome: "ok", costSource: "upstream", costNanoUsd: 750_000 }]);
    expect(scene.left.requests).toMatchObject([{ protocol: "openai-responses", operation: "response", status: 200 }]);
    expect(affinity.homeOf("resp_1")).toEqual({ channelId: 1, userId: 7, model: "gpt-4o" });
  });

  test("streams to its terminal event", async () => {
    const completed = event("response.completed", { sequence_number: 2, response: reply() });
    const scene = open({ answer: () => events(created, delta, completed) });
    const answer = await scene.one({ path: PATH, maxTokens: null, fields: { stream: true } });
    expect(answer.body).toBe(created + delta + completed);
    expect(scene.left.entries).toMatchObject([{ outcome: "ok", costSource: "upstream", costNanoUsd: 750_000 }]);
  });

  test.each([
    ["a stream that breaks off", { ...events(created, delta), fault: "upstream_truncated" as const }],
    ["a stream that stalls", { ...events(created, delta), fault: "upstream_timeout" as const }],
  ])("%s ends with a failed response of the next number", async (_name, how) => {
    const scene = open({ answer: () => how });
    const answer = await scene.one({ path: PATH, maxTokens: null, fields: { stream: true } });
    expect(answer.body.startsWith(created + delta)).toBe(true);
    const [, json = ""] =
      /^event: response\.failed\ndata: (.*)\n\n$/.exec(answer.body.slice((created + delta).length)) ?? [];
    expect(JSON.parse(json)).toMatchObject({ sequence_number: 2, response: { error: { code: how.fault } } });
    expect(scene.left.entries).toMatchObject([{ outcome: "upstream_error", costSource: "estimated" }]);
  });

  test("that fails is no success, streamed or plain, and what nobody counted of a plain one is free", async () => {
    const error = { code: "server_error", message: "boom" };
    const failed = event("response.failed", { sequence_number: 2, response: reply({ status: "failed", error }) });
    const streamed = open({ answer: () => events(created, delta, failed) });
    expect((await streamed.one({ path: PATH, fields: { stream: true } })).body).toBe(created + delta + failed);
    expect(streamed.left.entries).toMatchObject([{ outcome: "upstream_error" }]);
    const plain = open({ answer: () => ({ body: reply({ status: "failed", error, usage: null }) }) });
    expect((await plain.one({ path: PATH })).status).toBe(200);
    expect(plain.left.entries).toMatchObject([{ outcome: "upstream_error", costNanoUsd: 0 }]);
  });

  test.each([
    [{ background: true }, "background_not_supported"],
    [{ previous_response_id: 7 }, "invalid_body"],
    [{ max_output_tokens: -1 }, "invalid_body"],
  ])("with %j is refused before anything is sent", async (fields, code) => {
    const scene = open();
    const answer = await scene.one({ path: PATH, fields });
    expect(answer).toMatchObject({ status: 400, headers: { "x-sluice-code": code } });
    expect(scene.upstream.sent).toBe(0);
  });

  test("to compact is billed like any other", async () => {
    const body = { id: "resp_c", object: "response.compaction", usage: USAGE, output: [] };
    const affinity = memoryChannelAffinity({ monotonic: () => 0 });
    const scene = open({ affinity, answer: () => ({ body }) });
    expect((await scene.one({ path: `${PATH}/compact` })).status).toBe(200);
    expect(scene.left.entries).toMatchObject([{ costNanoUsd: 750_000 }]);
    expect(scene.left.requests).toMatchObject([{ operation: "response_compact" }]);
    expect(affinity.homeOf("resp_c")).toBeNull();
  });
});

describe("a limit that is spent", () => {
  const limits = [buildLimit({ unit: "usd", window: "5h", amount: 1 })];

  test("is told in Codex' own shape and headers, to Codex alone", async () => {
    const scene = open({ snapshot: { limits } });
    const told = await scene.one({ path: PATH, headers: CODEX });
    expect(told.status).toBe(429);
    expect(JSON.parse(told.body).error).toMatchObject({ type: "usage_limit_reached", code: "insufficient_quota" });
    expect(told.headers).toMatchObject({ "x-codex-primary-window-minutes": "300", "x-should-retry": "false" });
    const other = await scene.one({ path: PATH });
    expect(JSON.parse(other.body).error.type).toBe("insufficient_quota");
    expect(Object.keys(other.headers).filter((name) => name.startsWith("x-codex"))).toEqual([]);
    expect(scene.upstream.sent).toBe(0);
  });
});

describe("golden vectors of Responses through the gateway", () => {
  const cached = { cached_tokens: 200_000 };
  const call = (id: number) => ({ id: `ci_${id}`, type: "code_interpreter_call", container_id: "cntr_1" });
  const search = (type: string) => ({ type: "web_search_call", action: { type } });
  const replies = {
    G3: { usage: { input_tokens: 271_999, input_tokens_details: cached, output_tokens: 1000 } },
    G4: { usage: { input_tokens: 272_000, input_tokens_details: cached, output_tokens: 1000 } },
    G5: { usage: { input_tokens: 8000, output_tokens: 2000 }, service_tier: "flex" },
    G6: { usage: { input_tokens: 8000, output_tokens: 2000 }, service_tier: "scale" },
    G7: {
      usage: { input_tokens: 3000, output_tokens: 400 },
      output: [search("search"), search("open_page"), search("search"), { type: "file_search_call" }, call(1), call(2)],
    },
    G8: {
      usage: {
        ...{ input_tokens: 20_000, output_tokens: 10 },
        input_tokens_details: {
          ...{ cached_tokens: 1000, cache_write_tokens: 9000 },
          cache_write_tokens_details: { ttl_12h_tokens: 6000 },
        },
      },
    },
  } satisfies Partial<Record<GoldenName, object>>;

  test.each(Object.keys(replies) as (keyof typeof replies)[])(
    "%s costs what it should, plain and streamed",
    async (name) => {
      const { costNanoUsd, flags } = GOLDEN_VECTORS[name];
      const response = reply(replies[name]);
      for (const stream of [false, true]) {
        const scene = open({
          prices: GOLDEN_ROWS,
          answer: () => (stream ? events(created, event("response.completed", { response })) : { body: response }),
        });
        const fields = { stream, service_tier: "priority" };
        expect((await scene.one({ path: PATH, model: "alpha", maxTokens: null, fields })).status).toBe(200);
        expect(scene.left.entries).toMatchObject([{ costNanoUsd, detail: { flags } }]);
      }
    },
  );
});

test("a channel of chat alone does not serve it", async () => {
  const scene = openGateway({
    channels: [buildChannel({ baseUrl: "http://127.0.0.1:1", protocols: ["openai-chat"] })],
    keys: { [TEST_KEY]: buildAuthSnapshot() },
  });
  const answer = await scene.one({ path: PATH });
  expect(answer).toMatchObject({ status: 400, headers: { "x-sluice-code": "model_protocol_mismatch" } });
});
