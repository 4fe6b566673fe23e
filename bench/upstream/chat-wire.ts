import { type Answer, type Counts, CREATED, json, SSE_TYPE, sse, type Wire } from "./wire";

const usageOf = (counts: Counts) => ({
  prompt_tokens: counts.input,
  completion_tokens: counts.output,
  total_tokens: counts.input + counts.output,
  prompt_tokens_details: {
    cached_tokens: counts.cached,
    audio_tokens: 0,
    ...(counts.cacheWrite > 0 ? { cache_write_tokens: counts.cacheWrite } : {}),
  },
  completion_tokens_details: {
    reasoning_tokens: counts.reasoning,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
});

const chunk = ({ ask, id }: Answer, delta: unknown, finish: string | null) => ({
  id: `chatcmpl-${id}`,
  object: "chat.completion.chunk",
  created: CREATED,
  model: ask.model,
  system_fingerprint: "fp_scripted",
  choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
});

const callOf = ({ tool, id }: Answer, input: string) => ({
  id: `call_${id}`,
  type: "function",
  function: { name: tool?.name, arguments: input },
});

function messageOf(answer: Answer) {
  const { tool } = answer;
  const content = tool === null ? answer.pieces.join("") : null;
  const calls = tool === null ? {} : { tool_calls: [callOf(answer, tool.input)] };
  return { role: "assistant", content, refusal: null, annotations: [], ...calls };
}

function openingOf(answer: Answer) {
  if (answer.tool === null) return { role: "assistant", content: "" };
  return { role: "assistant", content: null, tool_calls: [{ index: 0, ...callOf(answer, "") }] };
}

const usageEvent = (answer: Answer, part: object) =>
  answer.ask.includeUsage && answer.counts !== null ? sse({ ...part, choices: [], usage: usageOf(answer.counts) }) : "";

/** The body of an error of OpenAI's interfaces. */
export function openaiError(status: number, type: string): string {
  return JSON.stringify({
    error: { message: `Scripted error ${status}`, type: type || "scripted_error", param: null, code: type || null },
  });
}

const errorEvent = (type: string) =>
  sse({ error: { message: "Scripted stream error", type: type || "server_error", param: null, code: type || null } });

/** OpenAI Chat Completions. */
export const chatWire: Wire = {
  reply: (answer) =>
    json({
      id: `chatcmpl-${answer.id}`,
      object: "chat.completion",
      created: CREATED,
      model: answer.ask.model,
      choices: [
        {
          index: 0,
          message: messageOf(answer),
          logprobs: null,
          finish_reason: answer.tool === null ? "stop" : "tool_calls",
        },
      ],
      ...(answer.counts === null ? {} : { usage: usageOf(answer.counts) }),
      service_tier: "default",
      system_fingerprint: "fp_scripted",
    }),
  events: (answer) => ({
    contentType: SSE_TYPE,
    head: () => sse(chunk(answer, openingOf(answer), null)),
    piece(text) {
      const delta =
        answer.tool === null ? { content: text } : { tool_calls: [{ index: 0, function: { arguments: text } }] };
      return sse(chunk(answer, delta, null));
    },
    tail(hasEnd) {
      if (!hasEnd) return "";
      const last = sse(chunk(answer, {}, answer.tool === null ? "stop" : "tool_calls"));
      return `${last}${usageEvent(answer, chunk(answer, {}, null))}data: [DONE]\n\n`;
    },
    error: errorEvent,
  }),
  error: openaiError,
};

const textPart = ({ ask, id }: Answer, text: string, finish: string | null) => ({
  id: `cmpl-${id}`,
  object: "text_completion",
  created: CREATED,
  model: ask.model,
  choices: [{ text, index: 0, logprobs: null, finish_reason: finish }],
});

/** OpenAI Completions, the older interface. */
export const completionWire: Wire = {
  reply: (answer) =>
    json({
      ...textPart(answer, answer.pieces.join(""), "stop"),
      ...(answer.counts === null ? {} : { usage: usageOf(answer.counts) }),
    }),
  events: (answer) => ({
    contentType: SSE_TYPE,
    head: () => "",
    piece: (text) => sse(textPart(answer, text, null)),
    tail: (hasEnd) =>
      hasEnd
        ? `${sse(textPart(answer, "", "stop"))}${usageEvent(answer, textPart(answer, "", null))}data: [DONE]\n\n`
        : "",
    error: errorEvent,
  }),
  error: openaiError,
};
