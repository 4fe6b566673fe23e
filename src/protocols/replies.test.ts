import { fixtureOf, latin, relay } from "@test/recorded-replies";
import { describe, expect, test } from "vitest";
import type { ChannelSnapshot } from "@/core/channels/channel";
import { anthropicMessages } from "./anthropic-messages/adapter";
import { openaiChat } from "./openai-chat/adapter";
import { openaiResponses } from "./openai-responses/adapter";
import type { Call } from "./protocol";

const CHANNEL = { inputIncludesCache: false } as ChannelSnapshot;
const CALL = { operation: "chat" } as Call;
const EVENT_STREAM = "text/event-stream; charset=utf-8";

describe("a recorded stream", () => {
  test("an untouched chunk is handed on as the same object, also while events are filtered", () => {
    for (const injectedUsage of [false, true]) {
      const reader = openaiChat.createReader({
        contentType: EVENT_STREAM,
        status: 200,
        injectedUsage,
        channel: CHANNEL,
        call: CALL,
      });
      const chunk = Buffer.from('data: {"choices":[{"index":0,"delta":{"content":"x"}}]}\n\n');
      reader.push(Buffer.from(chunk));
      expect(reader.push(chunk)).toBe(chunk);
    }
  });
});

describe("what is read from chat streams", () => {
  const read = (name: string) => relay(openaiChat, [fixtureOf(openaiChat, name)]);

  test.each(["usage-at-end.sse", "usage-at-end-crlf.sse", "usage-at-end-cr.sse", "azure.sse"])("%s (G1)", (name) => {
    const { reading, first } = read(name);
    expect(reading).toMatchObject({
      usage: {
        counts: { input_text: 4000, cache_read_text: 6000, output_text: 500 },
        reasoning: 300,
        tier: "standard",
        source: "upstream",
        flags: [],
      },
      isComplete: true,
      error: null,
      contentEvents: 3,
      contentBytes: Buffer.byteLength('Hello, "wörld" 你好 \n{"usage":{"prompt_tokens":1}}'),
    });
    expect(first).toBe("content");
  });

  test("usage in every chunk: the last wins (G9)", () => {
    expect(read("usage-in-every-chunk.sse").reading.usage?.counts).toEqual({ input_text: 10, output_text: 57 });
  });

  test("without its final usage the last one stays, which a zeroed one does not erase either (T7)", () => {
    const text = latin(fixtureOf(openaiChat, "usage-in-every-chunk.sse"));
    for (const last of ["null", '{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}']) {
      const at = text.lastIndexOf('"usage":{');
      const end = text.indexOf("}", at) + 1;
      const changed = `${text.slice(0, at)}"usage":${last}${text.slice(end)}`;
      const { usage } = relay(openaiChat, [Buffer.from(changed, "latin1")]).reading;
      expect(usage?.counts).toEqual({ input_text: 10, output_text: 2 });
    }
  });

  test("a stream without [DONE] is complete when every choice has finished", () => {
    expect(read("no-done.sse").reading).toMatchObject({ isComplete: true, usage: null, contentEvents: 2 });
    const bytes = latin(fixtureOf(openaiChat, "no-done.sse"));
    const oneOpen = Buffer.from(bytes.slice(0, bytes.lastIndexOf("data:")), "latin1");
    expect(relay(openaiChat, [oneOpen]).reading.isComplete).toBe(false);
  });

  test("an empty finish reason finishes nothing", () => {
    const event = 'data: {"choices":[{"index":0,"delta":{"content":"x"},"finish_reason":""}]}\n\n';
    expect(relay(openaiChat, [Buffer.from(event)]).reading.isComplete).toBe(false);
  });

  test("a truncated stream is not complete and is measured by what was seen", () => {
    expect(read("truncated.sse").reading).toMatchObject({
      isComplete: false,
      usage: null,
      contentEvents: 2,
      contentBytes: 3,
    });
  });

  test("odd but legal framing, usage in choices and in x_groq, a bad event in the middle", () => {
    expect(read("odd-but-legal.sse").reading).toMatchObject({
      usage: { counts: { input_text: 5, output_text: 3 } },
      isComplete: true,
      contentEvents: 2,
    });
  });

  test("an error as the first event is told before anything else is read", () => {
    const { reading, first, out } = read("error-first.sse");
    expect(first).toBe("error");
    expect(reading).toMatchObject({ isComplete: false, error: { status: 429, type: "requests" } });
    expect(out).toBe(latin(fixtureOf(openaiChat, "error-first.sse")));
  });

  test("an error in the middle ends the stream without success", () => {
    const { reading, first } = read("error-in-the-middle.sse");
    expect(first).toBe("content");
    expect(reading).toMatchObject({ isComplete: false, error: { status: 529, type: "server_error" } });
  });

  test.each([
    [{ type: "rate_limit_error" }, 429],
    [{ code: 429, message: "slow down" }, 429],
    [{ type: "insufficient_quota" }, 429],
    [{ code: 503 }, 529],
    [{ type: "server_error" }, 500],
    ["plain text", 500],
  ])("the in-stream error %j stands for status %i", (error, status) => {
    const { reading } = relay(openaiChat, [Buffer.from(`data: ${JSON.stringify({ error })}\n\n`)]);
    expect(reading.error?.status).toBe(status);
  });

  test("a null error in a chunk is none", () => {
    expect(relay(openaiChat, [Buffer.from('data: {"error":null,"choices":[]}\n\n')]).reading.error).toBeNull();
  });
});

describe("what is read from Messages streams", () => {
  const read = (name: string) => relay(anthropicMessages, [fixtureOf(anthropicMessages, name)]);

  test.each(["two-deltas.sse", "two-deltas-crlf.sse", "two-deltas-unnamed-cr.sse", "broken-event.sse"])(
    "%s (G19)",
    (name) => {
      const { reading } = read(name);
      expect(reading).toMatchObject({
        usage: {
          counts: { input_text: 25, cache_read_text: 1000, cache_write: 300, output_text: 90 },
          tier: "standard",
        },
        isComplete: true,
        error: null,
      });
      expect(reading.contentEvents).toBe(name.startsWith("broken") ? 5 : 4);
    },
  );

  test("without its final usage the one before stays (T7)", () => {
    const events = latin(fixtureOf(anthropicMessages, "two-deltas.sse")).split(/(?<=\n\n)/);
    const last = events.findLastIndex((event) => event.includes('"message_delta"'));
    const text = events.filter((_, index) => index !== last).join("");
    expect(relay(anthropicMessages, [Buffer.from(text, "latin1")]).reading).toMatchObject({
      usage: { counts: { input_text: 25, cache_read_text: 1000, output_text: 40 } },
      isComplete: true,
    });
  });

  test("without message_stop a stop reason at the end will do", () => {
    expect(read("no-message-stop.sse").reading.isComplete).toBe(true);
  });

  test("a stream cut by the client leaves what the estimate needs (G43)", () => {
    expect(read("cut-by-client.sse").reading).toMatchObject({
      usage: { counts: { input_text: 1200, output_text: 1 } },
      isComplete: false,
      contentEvents: 85,
      contentBytes: 300,
    });
  });

  test("overloaded as the first event stands for 529, a later error for 500", () => {
    expect(read("overloaded-first.sse")).toMatchObject({ first: "error", reading: { error: { status: 529 } } });
    expect(read("error-in-the-middle.sse")).toMatchObject({
      first: "content",
      reading: { error: { status: 500, type: "api_error" }, isComplete: false },
    });
  });
});

describe("bodies that are no stream", () => {
  test("only the top level counts (G1, G14)", () => {
    const chat = relay(openaiChat, [fixtureOf(openaiChat, "body.json")], { contentType: "application/json" });
    expect(chat.reading.usage?.counts).toEqual({ input_text: 4000, cache_read_text: 6000, output_text: 500 });
    const messages = relay(anthropicMessages, [fixtureOf(anthropicMessages, "body.json")], {
      contentType: "application/json",
    });
    expect(messages.reading.usage?.counts).toEqual({
      input_text: 2000,
      cache_read_text: 30000,
      cache_write: 1000,
      cache_write_long: 4000,
      output_text: 700,
    });
  });

  test("a kept value beyond 8 MiB is dropped and the body still relayed", () => {
    const body = Buffer.from(`{"choices":[],"usage":{"x":"${"y".repeat(9 * 1024 * 1024)}","prompt_tokens":1}}`);
    const chunks = Array.from({ length: Math.ceil(body.length / 65_536) }, (_, index) =>
      body.subarray(index * 65_536, (index + 1) * 65_536),
    );
    const { reading, out } = relay(openaiChat, chunks, { contentType: "application/json" });
    expect(out.length).toBe(body.length);
    expect(reading).toMatchObject({ usage: null, isComplete: true });
  });

  test("a reply of another type is complete at its end and not read", () => {
    const { reading } = relay(openaiChat, [Buffer.from('<p>"usage":{')], { contentType: "text/html" });
    expect(reading).toMatchObject({ usage: null, isComplete: true });
  });
});

describe("the peek at the first event", () => {
  const start = (strips = false) =>
    openaiChat.createReader({
      contentType: EVENT_STREAM,
      status: 200,
      injectedUsage: strips,
      channel: CHANNEL,
      call: CALL,
    });

  test("holds everything back until the first event is complete", () => {
    const reader = start();
    expect(reader.push(Buffer.from('data: {"choices":'))).toHaveLength(0);
    expect(reader.firstEvent()).toBe("none");
    expect(Buffer.from(reader.push(Buffer.from("[]}\n\ndata: {"))).toString()).toBe('data: {"choices":[]}\n\ndata: {');
    expect(reader.firstEvent()).toBe("content");
  });

  test.each([": ping\n\n", ": wai"])("ends at once with the comment %j", (comment) => {
    const reader = start();
    expect(Buffer.from(reader.push(Buffer.from(comment))).toString()).toBe(comment);
    expect(reader.firstEvent()).toBe("content");
  });

  test("ends at 64 KiB without a complete event", () => {
    const reader = start();
    const part = Buffer.from(`data: "${"x".repeat(40_000)}`);
    expect(reader.push(part)).toHaveLength(0);
    expect(reader.push(part)).toHaveLength(2 * part.length);
  });

  test("what is held comes out at the end of a stream without a blank line", () => {
    const reader = start();
    expect(reader.push(Buffer.from('data: {"error":{"type":"server_error"}}'))).toHaveLength(0);
    expect(Buffer.from(reader.end()).toString()).toBe('data: {"error":{"type":"server_error"}}');
    expect(reader.firstEvent()).toBe("error");
  });

  test("a held event above 1 MiB ends the filtering and loses nothing", () => {
    const reader = start(true);
    const first = 'data: {"choices":[{"index":0,"delta":{"content":"x"}}]}\n\n';
    const usage = 'data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}\n\n';
    const huge = `data: {"choices":[{"index":0,"delta":{"content":"${"x".repeat(1_200_000)}"}}]}\n\n`;
    const sent = Buffer.from(first + huge + usage);
    const out: Buffer[] = [];
    for (let at = 0; at < sent.length; at += 65_536) out.push(Buffer.from(reader.push(sent.subarray(at, at + 65_536))));
    out.push(Buffer.from(reader.end()));
    expect(Buffer.concat(out).equals(sent)).toBe(true);
    expect(reader.read().usage?.counts).toEqual({ input_text: 1, output_text: 1 });
  });
});
