import { type Answer, type Counts, json, named, SSE_TYPE, type Wire } from "./wire";

const usageOf = (counts: Counts) => ({
  input_tokens: counts.input - counts.cached - counts.cacheWrite,
  cache_creation_input_tokens: counts.cacheWrite,
  cache_read_input_tokens: counts.cached,
  ...(counts.cacheWrite > 0
    ? { cache_creation: { ephemeral_5m_input_tokens: counts.cacheWrite, ephemeral_1h_input_tokens: 0 } }
    : {}),
  output_tokens: counts.output,
  service_tier: "standard",
});

const messageOf = ({ ask, id }: Answer) => ({
  id: `msg_${id}`,
  type: "message",
  role: "assistant",
  model: ask.model,
});

function blockOf({ tool, id }: Answer, text: string, input: unknown) {
  return tool === null ? { type: "text", text } : { type: "tool_use", id: `toolu_${id}`, name: tool.name, input };
}

const stopOf = ({ tool }: Answer) => ({
  stop_reason: tool === null ? "end_turn" : "tool_use",
  stop_sequence: null,
});

/** The body of an error of Anthropic's interfaces. */
export function anthropicError(status: number, type: string): string {
  return JSON.stringify({
    type: "error",
    error: { type: type || ERROR_TYPES.get(status) || "api_error", message: `Scripted error ${status}` },
  });
}

const ERROR_TYPES = new Map([
  [400, "invalid_request_error"],
  [404, "not_found_error"],
  [429, "rate_limit_error"],
  [529, "overloaded_error"],
]);

/** Anthropic Messages. */
export const messagesWire: Wire = {
  reply: (answer) =>
    json({
      ...messageOf(answer),
      content: [blockOf(answer, answer.pieces.join(""), answer.tool && JSON.parse(answer.tool.input))],
      ...stopOf(answer),
      ...(answer.counts === null ? {} : { usage: usageOf(answer.counts) }),
    }),
  events: (answer) => ({
    contentType: SSE_TYPE,
    head: () =>
      named("message_start", {
        type: "message_start",
        message: {
          ...messageOf(answer),
          content: [],
          stop_reason: null,
          stop_sequence: null,
          ...(answer.counts === null ? {} : { usage: { ...usageOf(answer.counts), output_tokens: 1 } }),
        },
      }) +
      named("content_block_start", {
        type: "content_block_start",
        index: 0,
        content_block: blockOf(answer, "", {}),
      }),
    piece(text) {
      const delta =
        answer.tool === null ? { type: "text_delta", text } : { type: "input_json_delta", partial_json: text };
      return named("content_block_delta", { type: "content_block_delta", index: 0, delta });
    },
    tail: (hasEnd) =>
      hasEnd
        ? named("content_block_stop", { type: "content_block_stop", index: 0 }) +
          named("message_delta", {
            type: "message_delta",
            delta: stopOf(answer),
            ...(answer.counts === null ? {} : { usage: { output_tokens: answer.counts.output } }),
          }) +
          named("message_stop", { type: "message_stop" })
        : "",
    error: (type) =>
      named("error", { type: "error", error: { type: type || "overloaded_error", message: "Scripted stream error" } }),
  }),
  error: anthropicError,
};

/** Anthropic's count of tokens. */
export const messageTokensWire: Wire = {
  reply: ({ ask, counts }) => json({ input_tokens: counts?.input ?? ask.inputTokens }),
  events: null,
  error: anthropicError,
};
