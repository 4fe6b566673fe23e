import { openaiError } from "./chat-wire";
import { type Answer, type Counts, CREATED, type Events, json, named, SSE_TYPE, type Wire } from "./wire";

const usageOf = (counts: Counts) => ({
  input_tokens: counts.input,
  input_tokens_details: {
    cached_tokens: counts.cached,
    ...(counts.cacheWrite > 0 ? { cache_write_tokens: counts.cacheWrite } : {}),
  },
  output_tokens: counts.output,
  output_tokens_details: { reasoning_tokens: counts.reasoning },
  total_tokens: counts.input + counts.output,
});

const textPart = (text: string) => ({ type: "output_text", text, annotations: [], logprobs: [] });

function itemOf({ tool, id }: Answer, text: string, status: string) {
  if (tool !== null)
    return { id: `fc_${id}`, type: "function_call", status, call_id: `call_${id}`, name: tool.name, arguments: text };
  const content = status === "completed" ? [textPart(text)] : [];
  return { id: `msg_${id}`, type: "message", status, role: "assistant", content };
}

function responseOf(answer: Answer, status: string, output: readonly unknown[]) {
  const { fields, model } = answer.ask;
  return {
    id: `resp_${answer.id}`,
    object: "response",
    created_at: CREATED,
    status,
    error: null,
    incomplete_details: null,
    instructions: fields.instructions ?? null,
    max_output_tokens: fields.max_output_tokens ?? null,
    model,
    output,
    parallel_tool_calls: true,
    previous_response_id: fields.previous_response_id ?? null,
    reasoning: { effort: null, summary: null },
    service_tier: "default",
    store: fields.store ?? true,
    temperature: 1,
    text: { format: { type: "text" } },
    tool_choice: fields.tool_choice ?? "auto",
    tools: fields.tools ?? [],
    top_p: 1,
    truncation: "disabled",
    usage: status === "completed" && answer.counts !== null ? usageOf(answer.counts) : null,
    user: null,
    metadata: {},
  };
}

/** Events of one stream: each carries its place in it. */
function eventsOf(answer: Answer): Events {
  let next = 0;
  const event = (type: string, members: object) => named(type, { type, sequence_number: next++, ...members });
  const { tool, pieces, id } = answer;
  const text = pieces.join("");
  const place = { output_index: 0, item_id: tool === null ? `msg_${id}` : `fc_${id}` };
  const part = { ...place, content_index: 0 };
  return {
    contentType: SSE_TYPE,
    head() {
      const begun = responseOf(answer, "in_progress", []);
      const item = itemOf(answer, "", "in_progress");
      return [
        event("response.created", { response: begun }),
        event("response.in_progress", { response: begun }),
        event("response.output_item.added", { output_index: 0, item }),
        tool === null ? event("response.content_part.added", { ...part, part: textPart("") }) : "",
      ].join("");
    },
    piece: (delta) =>
      tool === null
        ? event("response.output_text.delta", { ...part, delta, logprobs: [] })
        : event("response.function_call_arguments.delta", { ...place, delta }),
    tail(hasEnd) {
      if (!hasEnd) return "";
      const item = itemOf(answer, text, "completed");
      const done =
        tool === null
          ? [
              event("response.output_text.done", { ...part, text, logprobs: [] }),
              event("response.content_part.done", { ...part, part: textPart(text) }),
            ]
          : [event("response.function_call_arguments.done", { ...place, name: tool.name, arguments: text })];
      return [
        ...done,
        event("response.output_item.done", { output_index: 0, item }),
        event("response.completed", { response: responseOf(answer, "completed", [item]) }),
      ].join("");
    },
    error(type, isBare) {
      const code = type || "server_error";
      const message = "Scripted stream error";
      if (isBare) return event("error", { code, message, param: null });
      const failed = { ...responseOf(answer, "failed", []), error: { code, message } };
      return event("response.failed", { response: failed });
    },
  };
}

const whole = (answer: Answer) =>
  responseOf(answer, "completed", [itemOf(answer, answer.pieces.join(""), "completed")]);

/** OpenAI Responses. */
export const responsesWire: Wire = { reply: (answer) => json(whole(answer)), events: eventsOf, error: openaiError };

/** The compaction of a Responses conversation. */
export const compactWire: Wire = {
  reply: ({ id, counts }) =>
    json({
      id: `resp_${id}`,
      object: "response.compaction",
      created_at: CREATED,
      output: [{ id: `cmp_${id}`, type: "compaction", encrypted_content: "c2NyaXB0ZWQ=" }],
      ...(counts === null ? {} : { usage: usageOf(counts) }),
    }),
  events: null,
  error: openaiError,
};

/** The count of tokens of a Responses request. */
export const responseTokensWire: Wire = {
  reply: ({ ask, counts }) => json({ object: "response.input_tokens", input_tokens: counts?.input ?? ask.inputTokens }),
  events: null,
  error: openaiError,
};

/** What is done with a stored response: read, delete, cancel, list its input. The id of the path comes back. */
export const storedResponseWire: Wire = {
  reply(answer) {
    const [, , , id = "", action] = answer.ask.path.split("/");
    if (action === "input_items") return json(inputItems(id));
    if (answer.ask.fields.method === "DELETE") return json({ id, object: "response", deleted: true });
    const response = { ...whole(answer), id };
    return json(action === "cancel" ? { ...response, status: "cancelled" } : response);
  },
  events: null,
  error: openaiError,
};

function inputItems(id: string) {
  const content = [{ type: "input_text", text: "How many?" }];
  const item = { id: `msg_of_${id}`, type: "message", status: "completed", role: "user", content };
  return { object: "list", data: [item], first_id: item.id, last_id: item.id, has_more: false };
}
