import type { Script } from "./script";

/** What the upstream read of a request. */
export type Ask = {
  readonly model: string;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly inputTokens: number;
};

/** Token counts of one reply. */
export type Counts = { readonly input: number; readonly cached: number; readonly output: number };

/** One vendor's wire format, as the scripted upstream speaks it. */
export type Wire = {
  /** A whole reply. */
  body(ask: Ask, text: string, counts: Counts | null): string;
  /** Events of a stream: before the text, one per piece, after it. */
  head(ask: Ask, counts: Counts | null): string;
  piece(ask: Ask, text: string): string;
  tail(ask: Ask, counts: Counts | null, hasEnd: boolean): string;
  error(status: number, type: string): string;
  errorEvent(type: string): string;
};

const CREATED = 1_795_262_400;
const sse = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
const named = (event: string, value: unknown) => `event: ${event}\ndata: ${JSON.stringify(value)}\n\n`;

const chatUsage = (counts: Counts) => ({
  prompt_tokens: counts.input,
  completion_tokens: counts.output,
  total_tokens: counts.input + counts.output,
  prompt_tokens_details: { cached_tokens: counts.cached, audio_tokens: 0 },
  completion_tokens_details: {
    reasoning_tokens: 0,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
});

const chunk = (ask: Ask, delta: unknown, finish: string | null) => ({
  id: "chatcmpl-scripted",
  object: "chat.completion.chunk",
  created: CREATED,
  model: ask.model,
  system_fingerprint: "fp_scripted",
  choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
});

/** OpenAI Chat Completions. */
export const chatWire: Wire = {
  body: (ask, text, counts) =>
    JSON.stringify({
      id: "chatcmpl-scripted",
      object: "chat.completion",
      created: CREATED,
      model: ask.model,
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: text, refusal: null, annotations: [] },
          logprobs: null,
          finish_reason: "stop",
        },
      ],
      ...(counts === null ? {} : { usage: chatUsage(counts) }),
      service_tier: "default",
      system_fingerprint: "fp_scripted",
    }),
  head: (ask) => sse(chunk(ask, { role: "assistant", content: "" }, null)),
  piece: (ask, text) => sse(chunk(ask, { content: text }, null)),
  tail(ask, counts, hasEnd) {
    if (!hasEnd) return "";
    const usage =
      ask.includeUsage && counts !== null
        ? sse({ ...chunk(ask, {}, null), choices: [], usage: chatUsage(counts) })
        : "";
    return `${sse(chunk(ask, {}, "stop"))}${usage}data: [DONE]\n\n`;
  },
  error: (status, type) =>
    JSON.stringify({
      error: { message: `Scripted error ${status}`, type: type || "scripted_error", param: null, code: type || null },
    }),
  errorEvent: (type) =>
    sse({ error: { message: "Scripted stream error", type: type || "server_error", param: null, code: type || null } }),
};

const messageUsage = (counts: Counts) => ({
  input_tokens: counts.input - counts.cached,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: counts.cached,
  output_tokens: counts.output,
  service_tier: "standard",
});

/** Anthropic Messages. */
export const messagesWire: Wire = {
  body: (ask, text, counts) =>
    JSON.stringify({
      id: "msg_scripted",
      type: "message",
      role: "assistant",
      model: ask.model,
      content: [{ type: "text", text }],
      stop_reason: "end_turn",
      stop_sequence: null,
      ...(counts === null ? {} : { usage: messageUsage(counts) }),
    }),
  head: (ask, counts) =>
    named("message_start", {
      type: "message_start",
      message: {
        id: "msg_scripted",
        type: "message",
        role: "assistant",
        model: ask.model,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        ...(counts === null ? {} : { usage: { ...messageUsage(counts), output_tokens: 1 } }),
      },
    }) +
    named("content_block_start", { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } }),
  piece: (_ask, text) =>
    named("content_block_delta", { type: "content_block_delta", index: 0, delta: { type: "text_delta", text } }),
  tail: (_ask, counts, hasEnd) =>
    hasEnd
      ? named("content_block_stop", { type: "content_block_stop", index: 0 }) +
        named("message_delta", {
          type: "message_delta",
          delta: { stop_reason: "end_turn", stop_sequence: null },
          ...(counts === null ? {} : { usage: { output_tokens: counts.output } }),
        }) +
        named("message_stop", { type: "message_stop" })
      : "",
  error: (status, type) =>
    JSON.stringify({
      type: "error",
      error: { type: type || (status === 529 ? "overloaded_error" : "api_error"), message: `Scripted error ${status}` },
    }),
  errorEvent: (type) =>
    named("error", { type: "error", error: { type: type || "overloaded_error", message: "Scripted stream error" } }),
};

const WORDS = "The gateway counted every token of this answer and charged it once, to the nano-dollar.";

/** The text of a reply and its pieces. */
export function piecesOf(script: Script): readonly string[] {
  const text = script.text === "" ? WORDS : script.text;
  const size = Math.max(1, Math.ceil(text.length / script.chunks));
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += size) pieces.push(text.slice(at, at + size));
  while (pieces.length < script.chunks) pieces.push(".");
  return pieces;
}
