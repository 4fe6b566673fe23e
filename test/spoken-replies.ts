import type { ProtocolId } from "@/core/vocabulary";
import type { SentCall } from "./open-gateway";

/** A piece of a reply, and what is charged when this was the last that was read of it. */
export type SpokenPart = {
  readonly text: string;
  /** Input tokens that were told; null: none, so they are estimated. */
  readonly input: number | null;
  readonly output: number;
};

/** How an upstream of one protocol answers: the same reply whole and as a stream, each in parts of which the last is its end. */
export type SpokenReplies = {
  readonly id: ProtocolId;
  /** A call of it. */
  readonly call: SentCall;
  /** The terminal event is the last part. */
  readonly stream: readonly SpokenPart[];
  readonly plain: readonly SpokenPart[];
  /** An event that ends a stream without success. */
  readonly failed: string;
};

const INPUT = 100;
const OUTPUT = 50;
const data = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
const named = (type: string, more: object) => `event: ${type}\n${data({ type, ...more })}`;
const chatUsage = { prompt_tokens: INPUT, completion_tokens: OUTPUT };
const messageUsage = { input_tokens: INPUT, output_tokens: OUTPUT };

/** One text per part: `{"a":1,` and so on to `}`. */
const bodyOf = (fields: readonly string[], usage: object): readonly SpokenPart[] => [
  ...fields.map((field, index) => ({ text: `${index === 0 ? "{" : ""}${field},`, input: null, output: 0 })),
  { text: `"usage":${JSON.stringify(usage)}`, input: null, output: 0 },
  { text: "}", input: INPUT, output: OUTPUT },
];

/** The protocols whose streams have an event that ends them; of Gemini only the end tells which element was the last. */
export const SPOKEN: readonly SpokenReplies[] = [
  {
    id: "openai-chat",
    call: { path: "/v1/chat/completions" },
    stream: [
      { text: data({ choices: [{ index: 0, delta: { content: "hi" } }] }), input: null, output: 1 },
      { text: data({ choices: [{ index: 0, delta: { content: "hi" } }] }), input: null, output: 2 },
      { text: data({ choices: [], usage: chatUsage }), input: INPUT, output: OUTPUT },
      { text: "data: [DONE]\n\n", input: INPUT, output: OUTPUT },
    ],
    plain: bodyOf(['"id":"x"', '"choices":[]'], chatUsage),
    failed: data({ error: { message: "own words", type: "server_error" } }),
  },
  {
    id: "anthropic-messages",
    call: { path: "/v1/messages", model: "claude-sonnet-4-5", headers: { "anthropic-version": "2023-06-01" } },
    stream: [
      {
        text: named("message_start", { message: { usage: { ...messageUsage, output_tokens: 1 } } }),
        ...{ input: INPUT, output: 1 },
      },
      {
        text: named("content_block_delta", { index: 0, delta: { type: "text_delta", text: "hi" } }),
        ...{ input: INPUT, output: 1 },
      },
      {
        text: named("message_delta", { delta: { stop_reason: "end_turn" }, usage: { output_tokens: OUTPUT } }),
        ...{ input: INPUT, output: OUTPUT },
      },
      { text: named("message_stop", {}), input: INPUT, output: OUTPUT },
    ],
    plain: bodyOf(['"type":"message"', '"content":[]'], messageUsage),
    failed: named("error", { error: { type: "api_error", message: "own words" } }),
  },
  {
    id: "openai-responses",
    call: { path: "/v1/responses" },
    stream: [
      { text: named("response.created", { sequence_number: 0, response: { id: "resp_1" } }), input: null, output: 0 },
      {
        text: named("response.output_text.delta", { sequence_number: 1, output_index: 0, delta: "hi" }),
        ...{ input: null, output: 1 },
      },
      {
        text: named("response.output_text.delta", { sequence_number: 2, output_index: 0, delta: "hi" }),
        ...{ input: null, output: 2 },
      },
      {
        text: named("response.completed", {
          ...{ sequence_number: 3 },
          response: { id: "resp_1", status: "completed", output: [], usage: messageUsage },
        }),
        ...{ input: INPUT, output: OUTPUT },
      },
    ],
    plain: bodyOf(['"status":"completed"', '"output":[]'], messageUsage),
    failed: named("response.failed", {
      ...{ sequence_number: 1 },
      response: { id: "resp_1", status: "failed", error: { code: "server_error", message: "own words" } },
    }),
  },
];
