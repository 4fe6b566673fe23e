import { describe, expect, test } from "vitest";
import type { ChannelSnapshot } from "@/core/channels/channel";
import { readCall } from "../../test/build-call";
import { openaiChat } from "./openai-chat/adapter";
import type { Call, ReplyReading } from "./protocol";

const CHANNEL = {} as ChannelSnapshot;
const EVENTS = "text/event-stream";
const DRAWN = "/v1/images/generations";
const image = readCall(openaiChat, DRAWN, { model: "m", n: 3, size: "1024x1024" });
const speech = readCall(openaiChat, "/v1/audio/speech", { model: "m", input: "Hello \u{1f600}" });
const heard = readCall(openaiChat, "/v1/audio/transcriptions", { model: "m", file: "A".repeat(64_000 * 4 - 2) });
const embedding = readCall(openaiChat, "/v1/embeddings", { model: "m", input: "a" });

type Relayed = { readonly out: Buffer; readonly reading: ReplyReading; readonly first: string };

function relay(
  call: Call,
  chunks: readonly Uint8Array[],
  how: { contentType?: string; status?: number } = {},
): Relayed {
  const { contentType = EVENTS, status = 200 } = how;
  const reader = openaiChat.createReader({ contentType, status, injectedUsage: false, channel: CHANNEL, call });
  const out = chunks.map((chunk) => Buffer.from(reader.push(chunk)));
  out.push(Buffer.from(reader.end()));
  return { out: Buffer.concat(out), reading: reader.read(), first: reader.firstEvent() };
}

const json = (call: Call, body: object, status = 200) =>
  relay(call, [Buffer.from(JSON.stringify(body))], { contentType: "application/json", status }).reading;

const imageUsage = {
  total_tokens: 4533,
  input_tokens: 373,
  output_tokens: 4160,
  input_tokens_details: { text_tokens: 50, image_tokens: 323 },
};
const heardUsage = {
  type: "tokens",
  input_tokens: 120,
  input_token_details: { text_tokens: 20, audio_tokens: 100 },
  output_tokens: 30,
};
const sse = (...events: object[]) => events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
const named = (...events: { type: string }[]) =>
  events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify({ ...event, type: undefined })}\n\n`).join("");

const STREAMS: Readonly<Record<string, readonly [call: Call, text: string, counts: object, content: number]>> = {
  "an image stream": [
    image,
    sse(
      { type: "image_generation.partial_image", b64_json: "AAAA", partial_image_index: 0 },
      { type: "image_generation.completed", b64_json: "BBBB", usage: imageUsage },
    ),
    { input_text: 50, input_image: 323, output_image: 4160 },
    0,
  ],
  "an edit stream with event lines and comments": [
    image,
    `: hello\n\n${named({ type: "image_edit.partial_image" }, { type: "image_edit.completed", usage: imageUsage } as never)}`,
    { input_text: 50, input_image: 323, output_image: 4160 },
    0,
  ],
  "a transcript": [
    heard,
    sse(
      { type: "transcript.text.delta", delta: "Grüße" },
      { type: "transcript.text.delta", delta: " an\nalle" },
      { type: "transcript.text.done", text: "", usage: heardUsage },
    ),
    { input_text: 20, input_audio: 100, output_text: 30 },
    7 + 8,
  ],
  speech: [
    speech,
    sse(
      { type: "speech.audio.delta", audio: "AAAA" },
      { type: "speech.audio.done", usage: { input_tokens: 14, output_tokens: 101, total_tokens: 115 } },
    ),
    { input_text: 14, output_audio: 101 },
    0,
  ],
};
const LINE_ENDS = ["\n", "\r\n", "\r"];

describe("a stream of images or audio", () => {
  test.each(Object.entries(STREAMS))("%s, cut anywhere, is relayed unchanged and read the same", (...[, stream]) => {
    const [call, text, counts, content] = stream;
    for (const end of LINE_ENDS) {
      const bytes = Buffer.from(text.replaceAll("\n", end));
      const whole = relay(call, [bytes]);
      expect(whole.out.equals(bytes)).toBe(true);
      expect(whole.first).toBe("content");
      expect(whole.reading).toMatchObject({ isComplete: true, error: null, contentBytes: content });
      expect(whole.reading.usage).toMatchObject({ counts, images: 0, characters: 0, audioMs: 0, source: "upstream" });
      for (let at = 1; at < bytes.length; at++) {
        const cut = relay(call, [bytes.subarray(0, at), bytes.subarray(at)]);
        expect(cut.reading, `cut at ${at}`).toEqual(whole.reading);
        if (!cut.out.equals(bytes)) expect(cut.out.toString(), `cut at ${at}`).toBe(bytes.toString());
      }
      expect(
        relay(
          call,
          Array.from(bytes, (byte) => Buffer.from([byte])),
        ),
      ).toEqual(whole);
    }
  });

  test("the usage behind 5 MB of one event is read, and nothing of it is held back once the stream has begun", () => {
    const text = sse({ type: "image_generation.completed", b64_json: "A".repeat(5_000_000), usage: imageUsage });
    const bytes = Buffer.from(text);
    const reader = openaiChat.createReader({
      ...{ contentType: EVENTS, status: 200, injectedUsage: false, channel: CHANNEL, call: image },
    });
    let held = 0;
    let most = 0;
    for (let at = 0; at < bytes.length; at += 16_384) {
      const chunk = bytes.subarray(at, at + 16_384);
      held += chunk.length - reader.push(chunk).length;
      most = Math.max(most, held);
    }
    expect(most).toBeLessThanOrEqual(65_536);
    expect(held).toBe(0);
    expect(reader.read()).toMatchObject({ isComplete: true, usage: { counts: { output_image: 4160 } } });
  });

  test("nothing is handed out before the first event, and an error as the first event is told", () => {
    const reader = openaiChat.createReader({
      ...{ contentType: EVENTS, status: 200, injectedUsage: false, channel: CHANNEL, call: speech },
    });
    const text = sse({ type: "error", error: { type: "server_error", code: "rate_limit_exceeded" } });
    expect(reader.push(Buffer.from(text.slice(0, 20))).length).toBe(0);
    expect(reader.firstEvent()).toBe("none");
    expect(Buffer.from(reader.push(Buffer.from(text.slice(20)))).toString()).toBe(text);
    expect(reader.firstEvent()).toBe("error");
    expect(reader.read()).toMatchObject({ isComplete: false, error: { status: 429 } });
  });

  test("without its last event is not complete", () => {
    const text = sse({ type: "transcript.text.delta", delta: "Hi" });
    expect(relay(heard, [Buffer.from(text)]).reading).toMatchObject({
      isComplete: false,
      contentBytes: 2,
      contentEvents: 1,
    });
  });

  test("images that are told one by one are counted when no usage is told (G35)", () => {
    const done = { type: "image_generation.completed", b64_json: "A", quality: "high", size: "1536x1024" };
    const { reading } = relay(image, [Buffer.from(sse(done, done))]);
    expect(reading.usage).toMatchObject({ images: 2, imageVariant: { size: "1536x1024", quality: "high" } });
  });

  test("a bad event in the middle changes nothing", () => {
    const [call, text, counts] = STREAMS.speech ?? [];
    const bytes = Buffer.from(`data: {"type":"speech.audio.delta","audio":{{{"\n\n${text}`);
    expect(relay(call as Call, [bytes]).reading.usage?.counts).toEqual(counts);
  });
});

describe("a body about images or audio", () => {
  test("images by tokens (G34), with text as output where details say so", () => {
    expect(json(image, { data: [{}], usage: imageUsage }).usage?.counts).toEqual({
      ...{ input_text: 50, input_image: 323, output_image: 4160 },
    });
    const said = { ...imageUsage, output_tokens_details: { text_tokens: 160, image_tokens: 4000 } };
    expect(json(image, { usage: said }).usage?.counts).toMatchObject({ output_image: 4000, output_text: 160 });
  });

  test("images by their number, wherever the body is cut (G35)", () => {
    const body = {
      created: 1,
      data: [{ b64_json: 'A"]}' }, { url: "b", x: [{}, {}] }, { url: "c" }],
      size: "1024x1024",
    };
    const bytes = Buffer.from(JSON.stringify(body));
    for (let at = 0; at <= bytes.length; at++) {
      const { reading, out } = relay(image, [bytes.subarray(0, at), bytes.subarray(at)], {
        contentType: "application/json",
      });
      expect(out.equals(bytes)).toBe(true);
      expect(reading.usage, `cut at ${at}`).toMatchObject({
        ...{ counts: {}, images: 3, imageVariant: { size: "1024x1024", quality: null }, source: "upstream" },
      });
    }
  });

  test.each([
    [{ usage: { type: "duration", seconds: 12.34 } }, 12_340],
    [{ duration: 12.34, text: "Hi" }, 12_340],
    [{ duration: "12.34" }, 12_340],
    [{ duration: 3, usage: { type: "duration", seconds: 2.0001 } }, 2_001],
    [{ duration: 0.07 }, 70],
  ])("a transcription by seconds: %j (G36)", (body, audioMs) => {
    expect(json(heard, body).usage).toMatchObject({ counts: {}, audioMs, source: "upstream" });
  });

  test.each([[{ text: "Hi" }], [{ duration: -1 }], [{ usage: { type: "duration" } }]])(
    "a transcription of which nothing is told, by the bytes of its file: %j",
    (body) => {
      expect(json(heard, body).usage).toMatchObject({ audioMs: 12_000, source: "estimated" });
    },
  );

  test("text and sound pass untouched, and are complete at their end", () => {
    const chunk = Buffer.from([0xff, 0xfb, 0x7b, 0x22]);
    for (const [call, type] of [
      [speech, "audio/mpeg"],
      [heard, "text/plain; charset=utf-8"],
    ] as const) {
      const reader = openaiChat.createReader({
        ...{ contentType: type, status: 200, injectedUsage: false, channel: CHANNEL, call },
      });
      expect(reader.push(chunk)).toBe(chunk);
      expect(reader.read().isComplete).toBe(false);
      reader.end();
      expect(reader.read().isComplete).toBe(true);
    }
    expect(relay(speech, [chunk], { contentType: "audio/mpeg" }).reading.usage).toMatchObject({
      characters: 7,
      source: "upstream",
    });
  });

  test("an error reply tells only the usage that it names", () => {
    expect(json(speech, { error: {} }, 400).usage).toBeNull();
    expect(json(image, { error: {}, usage: imageUsage }, 400).usage?.counts.output_image).toBe(4160);
  });

  test("a count that is larger than the whole is cut", () => {
    const usage = { input_tokens: 10, input_tokens_details: { image_tokens: 30 }, output_tokens: 1 };
    expect(json(image, { usage }).usage).toMatchObject({
      counts: { input_image: 10, output_image: 1 },
      flags: ["usage_inconsistent"],
    });
  });
});

describe("a reply of embeddings", () => {
  test("has its usage read behind 60 MB, of which no chunk is kept or copied (G33)", () => {
    const reader = openaiChat.createReader({
      ...{ contentType: "application/json", status: 200, injectedUsage: false, channel: CHANNEL, call: embedding },
    });
    reader.push(Buffer.from('{"object":"list","data":[{"embedding":[0.1'));
    const chunk = Buffer.from(",-0.0123456789".repeat(4_600));
    for (let sent = 0; sent < 60_000_000; sent += chunk.length) expect(reader.push(chunk)).toBe(chunk);
    reader.push(Buffer.from(']}],"usage":{"prompt_tokens":12345,"total_tokens":12345}}'));
    reader.end();
    expect(reader.read()).toMatchObject({ isComplete: true, usage: { counts: { input_text: 12_345 }, flags: [] } });
  });
});
