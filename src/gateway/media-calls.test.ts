import type { UpstreamAnswer } from "@test/answering-upstream";
import { buildChannel } from "@test/build-deps";
import { buildForm, FORM_TYPE } from "@test/build-form";
import { buildLimit } from "@test/build-quota";
import { buildPriceRow } from "@test/build-usage";
import { type GatewayScene, type OpenGateway, openGateway, type SentCall } from "@test/open-gateway";
import { describe, expect, test } from "vitest";
import type { PriceRow } from "@/core/prices/price";
import type { OperationName } from "@/core/vocabulary";

const BASE = "http://127.0.0.1:1";
const MTOK = 1_000_000n;
const HOUR = 1_000_000_000_000n;

/** Row sets of protocols-and-pricing.md 7.3, and variants of them; a set is a model. */
const SETS: Readonly<Record<string, PriceRow["components"]>> = {
  alpha: { input_text: 2_500_000n, output_text: 15_000_000n },
  foxtrot: { input_text: 2_500_000n, input_audio: 40n * MTOK, output_text: 10n * MTOK, output_audio: 80n * MTOK },
  golf: { input_text: 5n * MTOK, input_image: 10n * MTOK, output_text: 10n * MTOK, output_image: 40n * MTOK },
  hotel: { audio_hour: (36n * HOUR) / 100n },
  india: { character: 15n * MTOK },
  juliet: { input_text: 20_000n },
  kilo: { image: 40_000_000_000n },
  drawn: { image: 40_000_000_000n, "image.1024x1024/hd": 80_000_000_000n, "image.1792x1024/hd": 120_000_000_000n },
};
const prices = Object.entries(SETS).map(([model, components], index) =>
  buildPriceRow({ id: index + 1, model, components }),
);
const names = Object.keys(SETS);
const CHANNEL = buildChannel({
  baseUrl: BASE,
  models: new Map([
    ...names.map((name) => [name, { name, upstream: name }] as const),
    ["named", { name: "named", upstream: "kilo" }],
  ]),
});
const LIMITS = [
  buildLimit({ id: 1, amount: 100_000_000_000 }),
  buildLimit({ id: 2, amount: 100_000_000, unit: "tokens", window: "5h" }),
  buildLimit({ id: 3, amount: 100, unit: "requests", window: "total" }),
];

function open(scene: GatewayScene = {}) {
  return openGateway({ channels: [CHANNEL], prices, snapshot: { limits: LIMITS }, ...scene });
}

async function countersBy(scene: OpenGateway) {
  const counters = await scene.counters();
  const of = (unit: string) => counters.find(({ id }) => id.includes(`:${unit}:`));
  return { usd: of("usd"), tokens: of("tokens"), requests: of("requests") };
}

const json = (path: string, body: object): SentCall => ({ path, body: JSON.stringify(body) });
const form = (path: string, parts: Parameters<typeof buildForm>[0]): SentCall => ({
  path,
  headers: { "content-type": FORM_TYPE },
  body: buildForm(parts),
});
const event = (data: object) => ({ afterMs: 10, text: `data: ${JSON.stringify(data)}\n\n` });
const told = (usage: object, rest: object = {}): UpstreamAnswer => ({ body: JSON.stringify({ ...rest, usage }) });
const SOUND: UpstreamAnswer = { headers: { "content-type": "audio/mpeg" }, body: "sound" };
const TEXT: UpstreamAnswer = { headers: { "content-type": "text/plain" }, body: "1\n00:00:00 --> 00:00:01\nHi" };
const FILE = new Uint8Array(16_000);
const SPEECH = "/v1/audio/speech";
const HEARD = "/v1/audio/transcriptions";
const DRAWN = "/v1/images/generations";
const three = { data: [{ url: "a" }, { b64_json: "b" }, { url: "c", revised_prompt: "x" }] };

type Row = {
  readonly operation: OperationName;
  readonly call: SentCall;
  readonly answer: UpstreamAnswer;
  readonly cost: number;
  readonly source?: "estimated";
  readonly detail: object;
};
const input = { text_tokens: 50, image_tokens: 323 };
const imageUsage = { input_tokens: 373, output_tokens: 4160, total_tokens: 4533, input_tokens_details: input };
const imageTokens = { input_text: 50, input_image: 323, output_image: 4160 };
const speechUsage = { input_tokens: 14, output_tokens: 101, total_tokens: 115 };
const heardUsage = {
  type: "tokens",
  input_tokens: 120,
  input_token_details: { text_tokens: 20, audio_tokens: 100 },
  output_tokens: 30,
};

const ROWS: Readonly<Record<string, Row>> = {
  "a completion": {
    operation: "completion",
    call: json("/v1/completions", { model: "alpha", prompt: "a", max_tokens: 90 }),
    answer: told({ prompt_tokens: 10, completion_tokens: 57 }, { choices: [{ text: "x" }] }),
    cost: 880_000,
    detail: { usage: { input_text: 10, output_text: 57 } },
  },
  "a streamed completion": {
    operation: "completion",
    call: json("/v1/completions", { model: "alpha", prompt: "a", max_tokens: 90, stream: true }),
    answer: {
      events: [
        event({ choices: [{ index: 0, text: "x", finish_reason: "stop" }] }),
        event({ choices: [], usage: { prompt_tokens: 10, completion_tokens: 57 } }),
        { afterMs: 10, text: "data: [DONE]\n\n" },
      ],
    },
    cost: 880_000,
    detail: { usage: { input_text: 10, output_text: 57 } },
  },
  "G33: an embedding": {
    operation: "embedding",
    call: json("/v1/embeddings", { model: "juliet", input: Array.from({ length: 20 }, () => "word ".repeat(500)) }),
    answer: told({ prompt_tokens: 12_345, total_tokens: 12_345 }, { data: [{ embedding: [0.1, 0.2] }] }),
    cost: 246_900,
    detail: { usage: { input_text: 12_345 } },
  },
  "G34: images by tokens": {
    operation: "image",
    call: json(DRAWN, { model: "golf", prompt: "a word ".repeat(100), n: 1 }),
    answer: told(imageUsage, { data: [{ b64_json: "x" }] }),
    cost: 169_880_000,
    detail: { usage: imageTokens, images: 0 },
  },
  "images by tokens, streamed": {
    operation: "image",
    call: json(DRAWN, { model: "golf", prompt: "a word ".repeat(100), stream: true }),
    answer: {
      events: [
        event({ type: "image_generation.partial_image", b64_json: "x".repeat(70_000), partial_image_index: 0 }),
        event({ type: "image_generation.completed", b64_json: "y".repeat(2_000_000), usage: imageUsage }),
      ],
    },
    cost: 169_880_000,
    detail: { usage: imageTokens, images: 0 },
  },
  "an edit as a form, by tokens": {
    operation: "image",
    call: form("/v1/images/edits", [
      ["model", "golf"],
      ["prompt", "a"],
      ["image[]", FILE],
      ["n", "1"],
    ]),
    answer: told(imageUsage, { data: [{ b64_json: "x" }] }),
    cost: 169_880_000,
    detail: { usage: imageTokens },
  },
  "G35: images each": {
    operation: "image",
    call: json(DRAWN, { model: "kilo", prompt: "a", n: 3 }),
    answer: { body: JSON.stringify({ created: 1, ...three }) },
    cost: 120_000_000,
    detail: { images: 3, usage: {} },
  },
  "variations as a form, each": {
    operation: "image",
    call: form("/v1/images/variations", [
      ["model", "kilo"],
      ["n", "3"],
      ["image", FILE],
    ]),
    answer: { body: JSON.stringify(three) },
    cost: 120_000_000,
    detail: { images: 3 },
  },
  "images each by the variant that was asked for": {
    operation: "image",
    call: json(DRAWN, { model: "drawn", prompt: "a", n: 2, size: "1792x1024", quality: "hd" }),
    answer: { body: JSON.stringify({ data: three.data.slice(1) }) },
    cost: 240_000_000,
    detail: { images: 2 },
  },
  "images each by the variant that the reply names": {
    operation: "image",
    call: json(DRAWN, { model: "drawn", prompt: "a", size: "auto", quality: "auto" }),
    answer: { body: JSON.stringify({ data: [{ url: "a" }], size: "1024x1024", quality: "hd" }) },
    cost: 80_000_000,
    detail: { images: 1 },
  },
  "images that are priced each, told in tokens": {
    operation: "image",
    call: json(DRAWN, { model: "kilo", prompt: "a", n: 2 }),
    answer: told(imageUsage, { data: three.data.slice(1) }),
    cost: 80_000_000,
    source: "estimated",
    detail: { images: 2, usage: imageTokens },
  },
  "G36: a transcription by the seconds that were told": {
    operation: "transcription",
    call: form(HEARD, [
      ["file", new Uint8Array(200_000)],
      ["model", "hotel"],
    ]),
    answer: told({ type: "duration", seconds: 12.34 }, { text: "Hi" }),
    cost: 1_234_000,
    detail: { audioMs: 12_340, usage: {} },
  },
  "a transcription by the duration of a verbose reply": {
    operation: "transcription",
    call: form(HEARD, [
      ["file", new Uint8Array(200_000)],
      ["model", "hotel"],
      ["response_format", "verbose_json"],
    ]),
    answer: { body: JSON.stringify({ task: "transcribe", duration: 12.34, text: "Hi", segments: [{ text: "Hi" }] }) },
    cost: 1_234_000,
    detail: { audioMs: 12_340 },
  },
  "a transcription as text: by the bytes of the file": {
    operation: "transcription",
    call: form(HEARD, [
      ["file", FILE],
      ["model", "hotel"],
      ["response_format", "srt"],
    ]),
    answer: TEXT,
    cost: 100_000,
    source: "estimated",
    detail: { audioMs: 1_000 },
  },
  "a translation by tokens": {
    operation: "transcription",
    call: form("/v1/audio/translations", [
      ["file", FILE],
      ["model", "foxtrot"],
    ]),
    answer: told(heardUsage, { text: "Hi" }),
    cost: 20 * 2_500 + 100 * 40_000 + 30 * 10_000,
    detail: { usage: { input_text: 20, input_audio: 100, output_text: 30 }, audioMs: 0 },
  },
  "a streamed transcription by tokens": {
    operation: "transcription",
    call: form(HEARD, [
      ["file", FILE],
      ["model", "foxtrot"],
      ["stream", "true"],
    ]),
    answer: {
      events: [
        event({ type: "transcript.text.delta", delta: "Hi" }),
        event({ type: "transcript.text.done", text: "Hi", usage: heardUsage }),
      ],
    },
    cost: 20 * 2_500 + 100 * 40_000 + 30 * 10_000,
    detail: { usage: { input_text: 20, input_audio: 100, output_text: 30 } },
  },
  "G37: speech by its characters": {
    operation: "speech",
    call: json(SPEECH, { model: "india", input: `${"é".repeat(1_232)}\u{1f600}\u{1f600}`, voice: "alloy" }),
    answer: SOUND,
    cost: 18_510_000,
    detail: { characters: 1_234, usage: {} },
  },
  "streamed speech by tokens": {
    operation: "speech",
    call: json(SPEECH, { model: "foxtrot", input: "A text to be spoken now, not at once.", stream_format: "sse" }),
    answer: {
      events: [
        event({ type: "speech.audio.delta", audio: "AAAA" }),
        event({ type: "speech.audio.done", usage: speechUsage }),
      ],
    },
    cost: 14 * 2_500 + 101 * 80_000,
    detail: { usage: { input_text: 14, output_audio: 101 }, characters: 0 },
  },
  "speech by tokens of which nothing is told: what was held": {
    operation: "speech",
    call: json(SPEECH, { model: "foxtrot", input: "x".repeat(100) }),
    answer: SOUND,
    cost: 33 * 2_500 + 150 * 80_000,
    source: "estimated",
    detail: { usage: { input_text: 33, output_audio: 150 } },
  },
};

describe("a call for text, images or audio", () => {
  test.each(Object.entries(ROWS))("%s is charged, and its hold covered that", async (...[, row]) => {
    const scene = open({ answer: () => row.answer });
    const sent = scene.send(row.call);
    await scene.pass(60);
    const held = await countersBy(scene);
    await scene.finish();
    await sent.handled;
    expect(sent.answer.status).toBe(200);
    const [entry] = scene.left.entries;
    expect(scene.left.entries).toHaveLength(1);
    expect(entry).toMatchObject({
      outcome: "ok",
      costNanoUsd: row.cost,
      costSource: row.source ?? "upstream",
      detail: row.detail,
    });
    expect(scene.left.requests).toMatchObject([{ operation: row.operation, costNanoUsd: row.cost }]);
    expect(held.usd?.worst).toBeGreaterThanOrEqual(row.cost);
    expect(held.tokens?.worst).toBeGreaterThanOrEqual(entry?.tokens ?? 0);
    const none = { held: 0, worst: 0 };
    expect(await countersBy(scene)).toMatchObject({
      usd: { ...none, settled: row.cost },
      tokens: { ...none, settled: entry?.tokens },
      requests: { ...none, settled: 1 },
    });
    expect(scene.left.exceeded).toEqual([]);
  });

  test.each(Object.entries(ROWS))("%s: at a spent limit nothing is sent", async (...[, row]) => {
    const scene = open({ answer: () => row.answer, snapshot: { limits: [buildLimit({ amount: 0 })] } });
    const answer = await scene.one(row.call);
    expect([answer.status, answer.headers["x-sluice-code"], scene.upstream.sent]).toEqual([429, "limit_exceeded", 0]);
  });

  test.each(Object.entries(ROWS))("%s: an error reply costs nothing", async (...[, row]) => {
    const scene = open({ answer: () => ({ status: 400, body: '{"error":{"message":"no"}}' }) });
    expect(await scene.one(row.call)).toMatchObject({ status: 400, body: '{"error":{"message":"no"}}' });
    expect(scene.left.entries).toMatchObject([{ costNanoUsd: 0, costSource: "none", outcome: "upstream_error" }]);
  });

  test.each(Object.entries(ROWS))("%s: a model that is not named is refused", async (...[, row]) => {
    const text = Buffer.from(row.call.body ?? "").toString("latin1");
    const without = text.replace(/"model":"[a-z]+",?/, "").replace('name="model"', 'name="other"');
    const scene = open({ answer: () => row.answer });
    const answer = await scene.one({ ...row.call, body: Buffer.from(without, "latin1") });
    expect([answer.headers["x-sluice-code"], scene.upstream.sent]).toEqual(["model_required", 0]);
  });
});

describe("what was begun and not ended", () => {
  test("a client that leaves before the end of the sound pays for the whole text", async () => {
    const scene = open({
      channels: [{ ...CHANNEL, onDisconnect: "abort" }],
      answer: () => ({ events: [event({ type: "speech.audio.delta", audio: "A" }), { afterMs: 900, text: ":\n\n" }] }),
    });
    const sent = scene.send(json(SPEECH, { model: "india", input: "x".repeat(1_000), stream_format: "sse" }));
    await scene.pass(200);
    sent.answer.leave();
    await scene.finish();
    expect(scene.left.entries).toMatchObject([
      { outcome: "client_aborted", costNanoUsd: 15_000_000, costSource: "estimated" },
    ]);
  });

  test("a connection that fails before the reply costs nothing", async () => {
    const scene = open({ answer: () => ({ fault: "upstream_unreachable" }) });
    await scene.one(json(SPEECH, { model: "india", input: "x".repeat(1_000) }));
    expect(scene.left.entries).toMatchObject([{ costNanoUsd: 0, costSource: "none" }]);
  });

  test("an error as the first event costs nothing", async () => {
    const events = [event({ type: "error", error: { type: "server_error", message: "no" } })];
    const scene = open({ channels: [CHANNEL, { ...CHANNEL, id: 2, name: "other" }], answer: () => ({ events }) });
    await scene.one(json(SPEECH, { model: "india", input: "x", stream_format: "sse" }));
    expect(scene.left.entries.map(({ costNanoUsd }) => costNanoUsd)[0]).toBe(0);
  });

  test("a stream of images that breaks off pays for the image that was begun", async () => {
    const events = [event({ type: "image_generation.partial_image", b64_json: "x" })];
    const scene = open({ answer: () => ({ events, fault: "upstream_truncated" }) });
    await scene.one(json(DRAWN, { model: "kilo", prompt: "a", n: 4, stream: true }));
    expect(scene.left.entries).toMatchObject([
      { outcome: "upstream_error", costNanoUsd: 40_000_000, costSource: "estimated", detail: { images: 1 } },
    ]);
  });

  test("a transcription by tokens that breaks off pays for its audio and the text that was read", async () => {
    const events = [event({ type: "transcript.text.delta", delta: "x".repeat(40) })];
    const scene = open({ answer: () => ({ events, fault: "upstream_truncated" }) });
    await scene.one(
      form(HEARD, [
        ["file", FILE],
        ["model", "foxtrot"],
        ["stream", "true"],
      ]),
    );
    expect(scene.left.entries).toMatchObject([{ detail: { usage: { input_audio: 10, output_text: 10 } } }]);
  });
});

describe("a moderation", () => {
  test("is relayed at a spent limit, without a charge", async () => {
    const scene = open({
      answer: () => ({ body: '{"results":[]}' }),
      snapshot: { limits: [buildLimit({ amount: 0 })] },
    });
    const answer = await scene.one(json("/v1/moderations", { model: "alpha", input: "a" }));
    expect(answer).toMatchObject({ status: 200, body: '{"results":[]}' });
    expect(scene.left.entries).toEqual([]);
    expect(scene.left.requests).toMatchObject([{ operation: "moderation", costNanoUsd: 0 }]);
  });

  test("without a model is refused", async () => {
    const scene = open();
    const answer = await scene.one(json("/v1/moderations", { input: "a" }));
    expect([answer.headers["x-sluice-code"], scene.upstream.sent]).toEqual(["model_required", 0]);
  });
});

describe("a form", () => {
  const file = new Uint8Array(5_000_000).fill(7);

  test("of 5 MB goes up as slices of what came, with its content type", async () => {
    const call = form(HEARD, [
      ["file", file],
      ["model", "hotel"],
    ]);
    const scene = open({ answer: () => told({ type: "duration", seconds: 1 }) });
    await scene.one(call);
    const [sent] = scene.upstream.requests;
    expect(sent?.headers["content-type"]).toBe(FORM_TYPE);
    expect(sent?.contentLength).toBe((call.body as Buffer).length);
    expect(sent?.body.every((slice) => slice.buffer === (call.body as Buffer).buffer)).toBe(true);
  });

  test("has nothing changed but its model where the channel calls it otherwise", async () => {
    const parts = (model: string) =>
      [
        ["a", "\r\nmodel\r\n"],
        ["model", model],
        ["image", file],
      ] as const;
    const scene = open({
      prices: [...prices, buildPriceRow({ id: 90, model: "named", components: SETS.kilo ?? {} })],
      answer: () => ({ body: '{"data":[{}]}' }),
    });
    await scene.one(form("/v1/images/edits", parts("named")));
    const [sent] = scene.upstream.requests;
    expect(Buffer.concat(sent?.body ?? []).equals(buildForm(parts("kilo")))).toBe(true);
    expect(sent?.body.length).toBeGreaterThan(1);
    expect(sent?.headers["content-length"]).toBe(String(buildForm(parts("kilo")).length));
  });

  test("with two models is refused by the name of the field", async () => {
    const scene = open();
    const answer = await scene.one(
      form(HEARD, [
        ["model", "hotel"],
        ["file", FILE],
        ["model", "kilo"],
      ]),
    );
    expect([answer.status, answer.headers["x-sluice-code"]]).toEqual([400, "invalid_multipart"]);
    expect(answer.body).toContain("model");
    expect(scene.upstream.sent).toBe(0);
  });

  test("that is broken is refused", async () => {
    const scene = open();
    const call = form(HEARD, [
      ["model", "hotel"],
      ["file", FILE],
    ]);
    const cut = (call.body as Buffer).subarray(0, -8);
    const answers = [
      await scene.one({ ...call, body: cut }),
      await scene.one({ ...call, headers: { "content-type": "multipart/form-data" } }),
    ];
    expect(answers.map(({ headers }) => headers["x-sluice-code"])).toEqual(["invalid_multipart", "invalid_multipart"]);
    expect(scene.upstream.sent).toBe(0);
  });
});
