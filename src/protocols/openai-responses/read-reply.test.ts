import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { GOLDEN_VECTORS } from "@test/golden-prices";
import { describe, expect, test } from "vitest";
import type { ChannelSnapshot } from "@/core/channels/channel";
import type { OperationName } from "@/core/vocabulary";
import type { Call, ReplyReading } from "../protocol";
import { openaiResponses } from "./adapter";

const EVENT_STREAM = "text/event-stream; charset=utf-8";
const JSON_TYPE = "application/json";
const TEXT = 'Hello, "wörld"\n!';

type How = { readonly contentType?: string; readonly operation?: OperationName };

function relay(chunks: readonly Uint8Array[], { contentType = EVENT_STREAM, operation = "response" }: How = {}) {
  const reader = openaiResponses.createReader({
    ...{ contentType, call: { operation } as Call, status: 200, injectedUsage: false },
    channel: {} as ChannelSnapshot,
  });
  const out = chunks.map((chunk) => Buffer.from(reader.push(chunk)));
  out.push(Buffer.from(reader.end()));
  return { out: Buffer.concat(out), reading: reader.read(), first: reader.firstEvent() };
}

const fixture = (name: string) => readFileSync(fileURLToPath(new URL(`./__fixtures__/${name}`, import.meta.url)));
const read = (name: string, how: How = {}) => relay([fixture(name)], how);
const events = (...datas: readonly unknown[]) =>
  Buffer.from(datas.map((data) => `data: ${JSON.stringify(data)}\n\n`).join(""));
const readBody = (body: unknown, how: How = {}): ReplyReading =>
  relay([Buffer.from(JSON.stringify(body))], { contentType: JSON_TYPE, ...how }).reading;
const inChunks = (bytes: Buffer, size = 65_536) =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));

/** What the fixtures say: 120 in, 100 of them cached, 40 out, 25 of them reasoning. */
const COUNTS = { input_text: 20, cache_read_text: 100, output_text: 40 };

describe("a recorded stream", () => {
  test.each(["text.sse", "text-crlf.sse", "text-cr.sse", "no-event-lines.sse"])("%s is read whole", (name) => {
    const { reading, first } = read(name);
    expect(first).toBe("content");
    expect(reading).toEqual({
      usage: expect.objectContaining({
        ...{ counts: COUNTS, reasoning: 25, tier: "standard", source: "upstream", flags: [], tools: {} },
      }),
      ...{ isComplete: true, error: null, responseId: "resp_68f0c2a1", sequenceNumber: 9 },
      ...{ contentEvents: 3, contentBytes: Buffer.byteLength(TEXT) },
    });
  });

  test("a broken event in the middle changes nothing", () => {
    expect(read("bad-event.sse").reading).toMatchObject({ usage: { counts: COUNTS }, isComplete: true });
  });

  test("items of tools are counted by the last event", () => {
    const { usage } = read("tools.sse").reading;
    expect(usage?.tools).toEqual({ web_search: 2, file_search: 1, code_session: 2, image_generation: 1 });
  });

  test("a last event without items leaves those that ended before it, and what is not stored has no id", () => {
    const { reading } = read("tools-empty-output.sse");
    expect(reading.usage?.tools).toEqual({ web_search: 2, file_search: 1, code_session: 2, image_generation: 1 });
    expect(reading.usage?.tier).toBe("priority");
    expect(reading).not.toHaveProperty("responseId");
  });

  test("an incomplete response is a success", () => {
    expect(read("incomplete.sse").reading).toMatchObject({ usage: { counts: COUNTS }, isComplete: true, error: null });
  });

  test("a failed response is none, with usage and without", () => {
    expect(read("failed.sse").reading).toMatchObject({
      ...{ usage: null, isComplete: false, error: { status: 429, type: "rate_limit_exceeded" } },
      ...{ contentEvents: 3, contentBytes: Buffer.byteLength(TEXT) },
    });
    expect(read("failed-with-usage.sse").reading).toMatchObject({
      ...{ usage: { counts: COUNTS }, isComplete: false, error: { status: 500, type: "server_error" } },
    });
  });

  test("an error event ends it, with its fields at the top or in an object", () => {
    expect(read("error-event.sse")).toMatchObject({ first: "content", reading: { error: { status: 529 } } });
    expect(read("error-first.sse")).toMatchObject({
      first: "error",
      reading: { isComplete: false, error: { status: 429, type: "too_many_requests" } },
    });
    const bare = relay([events({ type: "error" })]);
    expect(bare).toMatchObject({ first: "error", reading: { error: { status: 500 } } });
    const named = relay([Buffer.from('event: error\ndata: {"message":"boom"}\n\n')]);
    expect(named.reading.error).toEqual({ status: 500, type: "error" });
  });

  test("one that is cut is not complete, and tells what was seen", () => {
    expect(read("cut.sse").reading).toMatchObject({
      ...{ usage: null, isComplete: false, error: null, contentEvents: 3, sequenceNumber: 8 },
      ...{ contentBytes: Buffer.byteLength(TEXT), responseId: "resp_68f0c2a1" },
    });
    const tools = fixture("tools.sse").toString();
    const cut = relay([Buffer.from(tools.slice(0, tools.indexOf("event: response.completed")))]);
    expect(cut.reading).toMatchObject({ usage: null, tools: { web_search: 2, code_session: 2 } });
  });

  test("one without a usage is complete", () => {
    expect(read("no-usage.sse").reading).toMatchObject({ usage: null, isComplete: true });
  });

  test("the pieces of arguments, code and reasoning count as content; their repetition does not", () => {
    const { reading } = relay([
      events(
        { type: "response.function_call_arguments.delta", sequence_number: 0, delta: '{"a"' },
        { type: "response.function_call_arguments.done", sequence_number: 1, arguments: '{"a":1}' },
        { type: "response.reasoning_summary_text.delta", sequence_number: 2, delta: "why" },
        { type: "response.output_item.done", sequence_number: 3, item: { type: "function_call", arguments: "{}" } },
      ),
    ]);
    expect(reading).toMatchObject({ contentEvents: 2, contentBytes: 7, sequenceNumber: 3 });
  });

  test("equal events without numbers are all counted", () => {
    const one = { type: "response.output_text.delta", item_id: "m", delta: "abcd" };
    expect(relay([events(one, one, { ...one, delta: "ef" })]).reading).toMatchObject({
      ...{ contentEvents: 3, contentBytes: 10 },
    });
  });

  test("a last event of several MiB is read, as it repeats every image", () => {
    const image = { type: "image_generation_call", id: "ig_1", result: "A".repeat(3 * 1024 * 1024) };
    const response = { id: "resp_1", store: true, output: [image], usage: { input_tokens: 10, output_tokens: 5 } };
    const bytes = events({ type: "response.completed", sequence_number: 4, response });
    const { reading, out } = relay(inChunks(bytes));
    expect(out.equals(bytes)).toBe(true);
    expect(reading).toMatchObject({
      ...{ isComplete: true, usage: { counts: { input_text: 10, output_text: 5 }, tools: { image_generation: 1 } } },
    });
  });
});

describe("a body that is no stream", () => {
  test("is read wherever it is cut", () => {
    const bytes = fixture("body.json");
    const whole = relay([bytes], { contentType: JSON_TYPE });
    expect(whole.reading).toMatchObject({
      ...{ isComplete: true, error: null, responseId: "resp_68f0c2a1" },
      usage: { counts: COUNTS, tools: { web_search: 1 }, tier: "flex" },
    });
    for (let at = 0; at <= bytes.length; at++) {
      const cut = relay([bytes.subarray(0, at), bytes.subarray(at)], { contentType: JSON_TYPE });
      expect(cut, `cut at ${at}`).toEqual(whole);
    }
  });

  test("that failed is no success and costs nothing unless it was counted", () => {
    expect(read("body-failed.json", { contentType: JSON_TYPE }).reading).toMatchObject({
      ...{ error: { status: 500, type: "server_error" }, isComplete: true, usage: { counts: {} } },
    });
    const counted = readBody({ status: "failed", error: { code: "x" }, usage: { input_tokens: 7, output_tokens: 1 } });
    expect(counted).toMatchObject({ error: { status: 500 }, usage: { counts: { input_text: 7, output_text: 1 } } });
  });

  test("has an id only where a response was stored", () => {
    const id = "resp_1";
    expect(readBody({ id, object: "response" }).responseId).toBe(id);
    expect(readBody({ id }).responseId).toBe(id);
    expect(readBody({ id, object: "response", store: false })).not.toHaveProperty("responseId");
    expect(read("compaction.json", { contentType: JSON_TYPE }).reading).toMatchObject({ usage: { counts: COUNTS } });
    expect(read("compaction.json", { contentType: JSON_TYPE }).reading).not.toHaveProperty("responseId");
  });

  test("with more than 8 MiB of output has its tokens and an estimate of the rest", () => {
    const output = [{ type: "image_generation_call", result: "A".repeat(9 * 1024 * 1024) }];
    const body = Buffer.from(JSON.stringify({ output, usage: { input_tokens: 10, output_tokens: 5 } }));
    const { reading, out } = relay(inChunks(body), { contentType: JSON_TYPE });
    expect(out.length).toBe(body.length);
    expect(reading.usage).toMatchObject({ counts: { input_text: 10, output_text: 5 }, source: "estimated" });
  });
});

describe("what is told of a stored response", () => {
  const operation = "response_object";

  test("is no failure of the call, and makes no home", () => {
    const { reading } = read("body-failed.json", { contentType: JSON_TYPE, operation });
    expect(reading).toMatchObject({ error: null, isComplete: true });
    expect(reading).not.toHaveProperty("responseId");
    const deleted = readBody({ id: "resp_1", object: "response", deleted: true }, { operation });
    expect(deleted).not.toHaveProperty("responseId");
    expect(read("failed.sse", { operation }).reading).toMatchObject({ error: null, isComplete: true });
    expect(read("cut.sse", { operation }).reading).toMatchObject({ error: null, isComplete: false });
  });
});

describe("golden vectors of Responses", () => {
  const details = { cached_tokens: 200_000 };
  const call = (id: number) => ({ id: `ci_${id}`, type: "code_interpreter_call", container_id: "cntr_1" });
  const search = (type: string) => ({ type: "web_search_call", action: { type } });
  const replies = {
    G3: { usage: { input_tokens: 271_999, input_tokens_details: details, output_tokens: 1000 } },
    G4: { usage: { input_tokens: 272_000, input_tokens_details: details, output_tokens: 1000 } },
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
          cache_write_tokens_details: { ttl_12h_tokens: 6000, ttl_30m_tokens: 3000 },
        },
      },
    },
  };

  test.each(Object.entries(replies))("%s is read into its normal form, plain and streamed", (name, reply) => {
    const { usage } = GOLDEN_VECTORS[name as keyof typeof replies];
    const normal = { counts: usage.counts, tools: usage.tools, tier: usage.tier, source: "upstream", flags: [] };
    expect(readBody({ id: "resp_1", ...reply }).usage).toMatchObject(normal);
    const streamed = relay([events({ type: "response.completed", response: { id: "resp_1", ...reply } })]);
    expect(streamed.reading.usage).toMatchObject(normal);
  });
});

describe("usage in normal form", () => {
  const usageOf = (usage: unknown) => readBody({ usage }).usage;

  test.each([
    [
      "audio and images out of the input, both ways",
      {
        ...{ input_tokens: 100, input_tokens_details: { audio_tokens: 30, image_tokens: 20 } },
        ...{ output_tokens: 50, output_tokens_details: { audio_tokens: 5, image_tokens: 15 } },
      },
      { input_audio: 30, input_image: 20, input_text: 50, output_audio: 5, output_image: 15, output_text: 30 },
      [],
    ],
    [
      "a gap of the total is output",
      { input_tokens: 10, output_tokens: 1, total_tokens: 20 },
      { input_text: 10, output_text: 10 },
      ["total_gap"],
    ],
    [
      "more for 12 hours than was written",
      {
        input_tokens: 10,
        input_tokens_details: { cache_write_tokens: 4, cache_write_tokens_details: { ttl_12h_tokens: 9 } },
      },
      { cache_write_long: 4, input_text: 6 },
      ["usage_inconsistent"],
    ],
    [
      "more cached than there is",
      { input_tokens: 10, input_tokens_details: { cached_tokens: 16 } },
      { cache_read_text: 10 },
      ["usage_inconsistent"],
    ],
    ["nothing usable", { input_tokens: "10", output_tokens: -1 }, {}, []],
  ])("%s", (...[_name, usage, counts, flags]) => {
    const read = usageOf(usage);
    expect(read?.counts).toEqual(counts);
    expect(read?.flags).toEqual(flags);
  });
});
