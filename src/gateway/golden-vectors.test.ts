import type { UpstreamAnswer } from "@test/answering-upstream";
import { buildAuthSnapshot, buildChannel, TEST_KEY } from "@test/build-deps";
import { GOLDEN_ROWS, GOLDEN_VECTORS, type GoldenName, type GoldenVector } from "@test/golden-prices";
import { openGateway } from "@test/open-gateway";
import { describe, expect, test } from "vitest";
import { recompute } from "@/core/prices/recompute";
import { PROTOCOL_IDS } from "@/core/vocabulary";

type Json = Readonly<Record<string, unknown>>;

/** What the upstream says of a chat vector: usage, and the other members of its reply. */
const CHAT: Partial<Record<GoldenName, { readonly usage: Json; readonly rest?: Json }>> = {
  G1: { usage: chat(10_000, 500, { prompt: { cached_tokens: 6000 }, completion: { reasoning_tokens: 300 } }) },
  G2: { usage: chat(10_000, 100, { prompt: { cached_tokens: 2000, cache_write_tokens: 5000 } }) },
  G10: { usage: { ...chat(100, 10, { completion: { reasoning_tokens: 300 } }), total_tokens: 410 } },
  G11: { usage: { ...chat(5000, 300), prompt_cache_hit_tokens: 4096 } },
  G12: { usage: chat(1200, 400, { prompt: { audio_tokens: 1000 }, completion: { audio_tokens: 320 } }) },
  G13: { usage: chat(100, 0, { prompt: { cached_tokens: 160 } }) },
  G28: { usage: chat(1, 0) },
  G29: { usage: chat(2, 0, { prompt: { cache_write_tokens: 1 } }) },
  G30: { usage: chat(1, 0) },
  G31: { usage: chat(10_000, 500, { prompt: { cached_tokens: 6000 }, completion: { reasoning_tokens: 300 } }) },
  G32: { usage: chat(1000, 10, { prompt: { cached_tokens: 800 } }) },
  G38: { usage: chat(1000, 500) },
  G39: { usage: chat(1000, 1000) },
  G40: { usage: chat(1000, 1000) },
  G41: { usage: chat(1000, 1000) },
  G42: { usage: chat(1000, 1000) },
  G44: { usage: chat(2_000_000_000, 2_000_000_000) },
  // The tiers of the Responses vectors are told in the same field.
  G5: { usage: chat(8000, 2000), rest: { service_tier: "flex" } },
  G6: { usage: chat(8000, 2000), rest: { service_tier: "scale" } },
};

function chat(input: number, output: number, { prompt, completion }: { prompt?: Json; completion?: Json } = {}): Json {
  return {
    ...{ prompt_tokens: input, completion_tokens: output },
    ...(prompt === undefined ? {} : { prompt_tokens_details: prompt }),
    ...(completion === undefined ? {} : { completion_tokens_details: completion }),
  };
}

/** What the upstream says of a Messages vector. */
const MESSAGES: Partial<Record<GoldenName, Json>> = {
  G14: {
    ...{ input_tokens: 2000, output_tokens: 700, cache_read_input_tokens: 30_000, cache_creation_input_tokens: 5000 },
    cache_creation: { ephemeral_5m_input_tokens: 1000, ephemeral_1h_input_tokens: 4000 },
  },
  G15: { input_tokens: 2000, output_tokens: 700, cache_creation_input_tokens: 5000, cache_creation: null },
  G16: { input_tokens: 1000, cache_read_input_tokens: 199_500, output_tokens: 100 },
  G17: { input_tokens: 1000, cache_read_input_tokens: 199_500, output_tokens: 100 },
  G18: { input_tokens: 500, cache_read_input_tokens: 199_500, output_tokens: 100 },
  G20: { input_tokens: 100, cache_read_input_tokens: 400_000, output_tokens: 2000 },
  G21: {
    ...{ input_tokens: 4000, output_tokens: 600 },
    iterations: [
      { type: "compaction", input_tokens: 180_000, output_tokens: 2500 },
      { type: "message", input_tokens: 4000, output_tokens: 600 },
      { type: "advisor_message", model: "echo", input_tokens: 823, output_tokens: 531 },
    ],
  },
  G22: {
    ...{ input_tokens: 9000, output_tokens: 900 },
    server_tool_use: { web_search_requests: 4, web_fetch_requests: 7 },
  },
  G23: { input_tokens: 1000, output_tokens: 200, speed: "fast", service_tier: "standard" },
};

/** What the upstream says of a Gemini vector: usage, and how many searches the reply is grounded in. */
const GEMINI: Partial<Record<GoldenName, { readonly usage: Json; readonly searches?: number }>> = {
  G24: {
    usage: {
      ...{ promptTokenCount: 1000, cachedContentTokenCount: 400, toolUsePromptTokenCount: 150 },
      ...{ candidatesTokenCount: 200, thoughtsTokenCount: 800 },
    },
  },
  G25: { usage: { promptTokenCount: 200_001, candidatesTokenCount: 1000 } },
  G26: {
    usage: {
      ...{ promptTokenCount: 1000, promptTokensDetails: [{ modality: "AUDIO", tokenCount: 300 }] },
      ...{ cachedContentTokenCount: 200, cacheTokensDetails: [{ modality: "AUDIO", tokenCount: 100 }] },
      ...{ candidatesTokenCount: 1340, candidatesTokensDetails: [{ modality: "IMAGE", tokenCount: 1290 }] },
    },
  },
  G27: { usage: { promptTokenCount: 500, candidatesTokenCount: 300 }, searches: 3 },
};

/** A gateway at the vector's instant, on its prices and multipliers, in front of an upstream that answers so. */
function open({ set, at, channelPpm, groupPpms }: GoldenVector, answer: UpstreamAnswer) {
  const userGroups = groupPpms.map((costMultiplierPpm, index) => ({
    ...{ id: index + 1, name: `group ${index}`, joinedVersion: 1, costMultiplierPpm },
  }));
  const channel = buildChannel({
    ...{ baseUrl: "http://127.0.0.1:1", costMultiplierPpm: channelPpm, protocols: PROTOCOL_IDS },
    models: new Map([[set, { name: set, upstream: set }]]),
  });
  return openGateway({
    ...{ channels: [channel], prices: GOLDEN_ROWS, start: new Date(at).toISOString(), answer: () => answer },
    keys: { [TEST_KEY]: buildAuthSnapshot({ userGroups }) },
  });
}

async function entryOf(vector: GoldenVector, path: string, answer: UpstreamAnswer) {
  const scene = open(vector, answer);
  await scene.one({ model: vector.set, path, fields: { stream: answer.events !== undefined } });
  expect(scene.left.entries).toHaveLength(1);
  return scene.left.entries[0];
}

function expectVector(entry: Awaited<ReturnType<typeof entryOf>>, vector: GoldenVector): void {
  const { usage, costNanoUsd, listCostNanoUsd, flags, channelPpm } = vector;
  expect(entry).toMatchObject({ costNanoUsd, costSource: usage.source });
  if (entry === undefined) return;
  const { detail } = entry;
  expect(detail).toMatchObject({ listCostNanoUsd, flags, channelPpm, tools: usage.tools, tier: usage.tier });
  expect(detail.reasoning).toBe(usage.reasoning);
  expect(detail.parts.map(({ counts }) => counts)).toEqual([usage.counts, ...usage.parts.map(({ counts }) => counts)]);
  expect(recompute(detail)).toBe(costNanoUsd);
}

const event = (data: unknown, name?: string) => ({
  afterMs: 10,
  text: `${name === undefined ? "" : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`,
});
const DONE = { afterMs: 10, text: "data: [DONE]\n\n" };
const chatChunk = (rest: Json) => event({ choices: [{ index: 0, delta: { content: "x" } }], ...rest });
const STOP = event({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });

describe("a chat reply", () => {
  const vectors = Object.entries(CHAT).map(([name, said]) => ({
    name,
    said,
    vector: GOLDEN_VECTORS[name as GoldenName],
  }));
  const path = "/v1/chat/completions";

  test.each(vectors)("$name, plain", async ({ said, vector }) => {
    const body = { choices: [], usage: said.usage, ...said.rest };
    expectVector(await entryOf(vector, path, { body }), vector);
  });

  test.each(vectors)("$name, streamed", async ({ said, vector }) => {
    const events = [chatChunk({}), STOP, event({ choices: [], usage: said.usage, ...said.rest }), DONE];
    expectVector(await entryOf(vector, path, { events }), vector);
  });

  test("G9: usage in every chunk, the last wins", async () => {
    const chunks = [chat(10, 1), null, chat(10, 2), chat(10, 57)].map((usage) => chatChunk({ usage }));
    expectVector(await entryOf(GOLDEN_VECTORS.G9, path, { events: [...chunks, STOP, DONE] }), GOLDEN_VECTORS.G9);
  });
});

describe("a Messages reply", () => {
  const path = "/v1/messages";
  const start = (usage: Json) => event({ type: "message_start", message: { usage } }, "message_start");
  const delta = (usage: Json) =>
    event({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage }, "message_delta");
  const stop = event({ type: "message_stop" }, "message_stop");
  const vectors = Object.entries(MESSAGES).map(([name, usage]) => ({
    ...{ name, usage, vector: GOLDEN_VECTORS[name as GoldenName] as GoldenVector },
  }));

  test.each(vectors)("$name, plain", async ({ usage, vector }) => {
    expectVector(await entryOf(vector, path, { body: { type: "message", content: [], usage } }), vector);
  });

  test.each(vectors)("$name, streamed", async ({ usage, vector }) => {
    const events = [start({ ...usage, output_tokens: 1 }), delta(usage), stop];
    expectVector(await entryOf(vector, path, { events }), vector);
  });

  test("G19: cumulative usage is never summed, and 0 erases nothing", async () => {
    const creation = { cache_creation: { ephemeral_5m_input_tokens: 0 } };
    const events = [
      start({ input_tokens: 25, cache_read_input_tokens: 1000, ...creation, output_tokens: 1 }),
      delta({ output_tokens: 40 }),
      delta({ input_tokens: 0, cache_read_input_tokens: 1000, cache_creation_input_tokens: 300, output_tokens: 90 }),
      stop,
    ];
    expectVector(await entryOf(GOLDEN_VECTORS.G19, path, { events }), GOLDEN_VECTORS.G19);
  });

  test("G43: a stream that its client cut is charged by its input and its content events", async () => {
    const text = (index: number) => "x".repeat(index < 45 ? 4 : 3); // 85 events of 300 bytes in all
    const deltas = Array.from({ length: 85 }, (_, index) =>
      event({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: text(index) } }),
    );
    const events = [start({ input_tokens: 1200, output_tokens: 0 }), ...deltas, { afterMs: 60_000, text: "" }];
    const scene = open(GOLDEN_VECTORS.G43, { events });
    const sent = scene.send({ model: "bravo", path, fields: { stream: true } });
    await scene.pass(2_000);
    sent.answer.leave();
    await scene.finish();
    await sent.handled;
    expect(scene.left.entries[0]).toMatchObject({ outcome: "client_aborted", costNanoUsd: 4_875_000 });
    expectVector(scene.left.entries[0], GOLDEN_VECTORS.G43);
  });
});

describe("a Gemini reply", () => {
  const pathOf = (method: string) => `/v1beta/models/charlie:${method}`;
  const vectors = Object.entries(GEMINI).map(([name, said]) => ({
    ...{ name, said, vector: GOLDEN_VECTORS[name as GoldenName] },
  }));
  const replyOf = ({ usage, searches = 0 }: NonNullable<(typeof GEMINI)[GoldenName]>) => {
    const grounded = searches === 0 ? {} : { groundingMetadata: { webSearchQueries: Array(searches).fill("x") } };
    return { candidates: [{ index: 0, finishReason: "STOP", ...grounded }], usageMetadata: usage };
  };

  test.each(vectors)("$name, plain", async ({ said, vector }) => {
    expectVector(await entryOf(vector, pathOf("generateContent"), { body: replyOf(said) }), vector);
  });

  test.each(vectors)("$name, streamed", async ({ said, vector }) => {
    const path = pathOf("streamGenerateContent?alt=sse");
    const begun = { candidates: [{ index: 0, content: { parts: [{ text: "x" }] } }] };
    expectVector(await entryOf(vector, path, { events: [event(begun), event(replyOf(said))] }), vector);
  });
});
