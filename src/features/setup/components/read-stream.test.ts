import { expect, test } from "vitest";
import { readEvents, readNews } from "./read-stream";

function bodyOf(...pieces: string[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(encoder.encode(piece));
      controller.close();
    },
  });
}

async function eventsOf(...pieces: string[]): Promise<string[]> {
  const events: string[] = [];
  for await (const event of readEvents(bodyOf(...pieces))) events.push(event);
  return events;
}

test("events are read whole however the pieces are cut, and comments and names are passed over", async () => {
  expect(await eventsOf("event: x\nda", 'ta: {"a":', "1}\n\n: ping\n\ndata: [DO", "NE]\n\n")).toEqual([
    '{"a":1}',
    "[DONE]",
  ]);
  expect(await eventsOf("data: last")).toEqual(["last"]);
});

test.each([
  ['{"choices":[{"delta":{"content":"Hi"}}]}', { text: "Hi" }],
  ['{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":3}}', { inputTokens: 9, outputTokens: 3 }],
  ['{"type":"content_block_delta","delta":{"type":"text_delta","text":"Hi"}}', { text: "Hi" }],
  [
    '{"type":"message_start","message":{"usage":{"input_tokens":9,"output_tokens":1}}}',
    { inputTokens: 9, outputTokens: 1 },
  ],
  ['{"type":"message_delta","delta":{},"usage":{"output_tokens":7}}', { outputTokens: 7 }],
  ['{"type":"error","error":{"type":"overloaded_error","message":"Busy"}}', { error: "Busy" }],
  ["[DONE]", {}],
  ["null", {}],
])("%s", (data, expected) => {
  expect(readNews(data)).toEqual(expected);
});
