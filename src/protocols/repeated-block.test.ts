import { describe, expect, test } from "vitest";
import { messagesReader } from "./anthropic-messages/read-reply";
import { chatReader } from "./openai-chat/read-reply";
import { RepeatedBlock } from "./repeated-block";

const block = (text: string) => Buffer.from(`data: {"choices":[{"delta":{"content":"${text}"}}]}\n\n`);
const learnt = () => {
  const repeats = new RepeatedBlock();
  const first = block("abc");
  const start = first.indexOf("abc");
  repeats.learn(first, start, start + 3);
  return repeats;
};

describe("a repeated block", () => {
  test("is told by what stands around its text, whose bytes are counted", () => {
    expect(learnt().contentOf(block("x"))).toBe(1);
    expect(learnt().contentOf(block("wörter"))).toBe(7);
  });

  test.each([
    ["without a text", block("")],
    ["with an escape", block("a\\n")],
    ["with a second string", block('a","text":"b')],
    ["with a line end in its text", block("a\ndata: b")],
    ["of another choice", Buffer.from(block("x").toString().replace("delta", "Delta"))],
    ["that goes on behind", Buffer.concat([block("x"), block("y")])],
    ["that is shorter", Buffer.from("data: {}\n\n")],
  ])("a block %s is another", (_, other) => {
    expect(learnt().contentOf(other)).toBe(0);
  });

  test("nothing is like it before a block was learnt", () => {
    expect(new RepeatedBlock().contentOf(block("x"))).toBe(0);
  });

  test("a stream that never repeats itself is not remembered for ever", () => {
    const repeats = new RepeatedBlock();
    const learn = (n: number) => {
      const bytes = Buffer.from(`data: {"n":${n},"content":"x"}\n\n`);
      const at = bytes.indexOf("x");
      repeats.learn(bytes, at, at + 1);
      return bytes;
    };
    for (let n = 0; n < 100; n++) learn(n);
    expect(repeats.contentOf(learn(100))).toBe(0);
  });
});

const usage = '{"prompt_tokens":3,"completion_tokens":5,"total_tokens":8}';
const chat = (choice: string, more = "") => `data: {"id":"c","choices":[{"index":0,${choice}}]${more}}\n\n`;
const delta = (text: string) => chat(`"delta":{"content":"${text}"},"finish_reason":null`);

test.each(["whole", "event by event", "byte by byte"])(
  "a stream of repeated events reads the same when it comes %s",
  (how) => {
    const events = [
      chat('"delta":{"role":"assistant","content":""},"finish_reason":null'),
      ...["one ", "two ", "th\\u0072ee ", "four "].map(delta),
      chat('"delta":{"content":"last"},"finish_reason":"stop"'),
      chat('"delta":{},"finish_reason":"stop"', `,"usage":${usage}`),
      "data: [DONE]\n\n",
    ];
    const bytes = Buffer.from(events.join(""));
    const pieces =
      how === "whole"
        ? [bytes]
        : how === "event by event"
          ? events.map((event) => Buffer.from(event))
          : [...bytes].map((byte) => Buffer.of(byte));
    const reader = chatReader("text/event-stream", false);
    for (const piece of pieces) reader.push(piece);
    reader.end();
    expect(reader.read()).toMatchObject({
      ...{ isComplete: true, contentEvents: 5, error: null },
      contentBytes: Buffer.byteLength("one two th") + 3 + Buffer.byteLength("ee four last"),
      usage: { counts: { input_text: 3, output_text: 5 } },
    });
  },
);

test("an error between repeated pieces of a message is seen", () => {
  const piece = (text: string) =>
    `event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"${text}"}}\n\n`;
  const reader = messagesReader("text/event-stream", false);
  for (const text of ["a", "b", "c"]) reader.push(Buffer.from(piece(text)));
  reader.push(
    Buffer.from('event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"m"}}\n\n'),
  );
  expect(reader.read()).toMatchObject({ contentEvents: 3, contentBytes: 3, error: { status: 529 } });
});
