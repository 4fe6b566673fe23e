import OpenAI from "openai";
import OpenAI6 from "openai-6";
import { type Ask, type Client, QUESTION, type Said, SUNNY, type Target, type ToolTrip, WEATHER } from "./client";

const CLASSES = { "openai 7": OpenAI, "openai 6": OpenAI6 as unknown as typeof OpenAI };
export type OpenAIName = keyof typeof CLASSES;
export const OPENAI_NAMES = Object.keys(CLASSES) as OpenAIName[];

const BASES = [(url: string) => url, (url: string) => `${url}/v1`, (url: string) => `${url}/v1/v1`];

/** The package's own client. */
export function openaiOf(name: OpenAIName, { url, key, maxRetries }: Target): OpenAI {
  return new CLASSES[name]({
    apiKey: key,
    baseURL: url,
    ...(maxRetries === undefined ? {} : { maxRetries }),
  });
}

const MODEL = "gpt-4o";
const user = { role: "user" as const, content: QUESTION };
const CHAT_TOOLS = [{ type: "function" as const, function: WEATHER }];

const chatUsage = (usage: OpenAI.CompletionUsage | null | undefined) =>
  usage ? { input: usage.prompt_tokens, output: usage.completion_tokens } : null;

async function sayInChat(client: OpenAI, { stream, signal, onText, wantsUsage = true }: Ask): Promise<Said> {
  const body = { model: MODEL, messages: [user] };
  if (!stream) {
    const reply = await client.chat.completions.create(body, { signal });
    return { text: reply.choices[0]?.message.content ?? "", usage: chatUsage(reply.usage) };
  }
  const options = wantsUsage ? { stream_options: { include_usage: true } } : {};
  const chunks = await client.chat.completions.create({ ...body, stream: true, ...options }, { signal });
  const said = { text: "", usage: null as Said["usage"] };
  for await (const chunk of chunks) {
    const text = chunk.choices[0]?.delta.content ?? "";
    said.text += text;
    said.usage = chatUsage(chunk.usage) ?? said.usage;
    if (text !== "") onText?.(text);
  }
  return said;
}

async function useToolInChat(client: OpenAI, isStream: boolean): Promise<ToolTrip> {
  const send = async (messages: OpenAI.ChatCompletionMessageParam[]) => {
    const body = { model: MODEL, messages, tools: CHAT_TOOLS };
    if (!isStream) return (await client.chat.completions.create(body)).choices[0]?.message;
    const stream = client.chat.completions.stream({ ...body, stream_options: { include_usage: true } });
    return (await stream.finalChatCompletion()).choices[0]?.message;
  };
  const first = await send([user]);
  const call = first?.tool_calls?.[0];
  if (first === undefined || call?.type !== "function") throw new Error("no tool was called");
  const { name, arguments: input } = call.function;
  const second = await send([
    user,
    {
      role: "assistant",
      content: null,
      tool_calls: [{ id: call.id, type: "function", function: { name, arguments: input } }],
    },
    { role: "tool", tool_call_id: call.id, content: SUNNY },
  ]);
  return { name, input: JSON.parse(input), text: second?.content ?? "" };
}

/** The package `openai`, Chat Completions. */
export const openaiChatClient = (name: OpenAIName): Client => ({
  name,
  say: (at, ask) => sayInChat(openaiOf(name, at), ask),
  useTool: (at, isStream) => useToolInChat(openaiOf(name, at), isStream),
  base: (url) => `${url}/v1`,
  bases: BASES,
});

const RESPONSE_TOOLS = [{ type: "function" as const, strict: true, ...WEATHER }];
const responseUsage = (usage: OpenAI.Responses.ResponseUsage | undefined | null) =>
  usage ? { input: usage.input_tokens, output: usage.output_tokens } : null;

async function sayInResponses(client: OpenAI, { stream, signal, onText }: Ask): Promise<Said> {
  const body = { model: MODEL, input: QUESTION };
  if (!stream) {
    const reply = await client.responses.create(body, { signal });
    return { text: reply.output_text, usage: responseUsage(reply.usage) };
  }
  const events = await client.responses.create({ ...body, stream: true }, { signal });
  const said = { text: "", usage: null as Said["usage"] };
  for await (const event of events) {
    if (event.type === "response.output_text.delta") {
      said.text += event.delta;
      onText?.(event.delta);
    }
    if (event.type === "response.completed") said.usage = responseUsage(event.response.usage);
    // The package hands failures over as events: it throws only what stands in the place of one.
    if (event.type === "response.failed") throw new FailedResponse(event.response.error?.message ?? "");
    if (event.type === "error") throw new ErrorEvent(event.message);
  }
  return said;
}

/** A Responses stream handed over `response.failed`. */
class FailedResponse extends Error {}
/** A Responses stream handed over an event `error`. */
class ErrorEvent extends Error {}

async function useToolInResponses(client: OpenAI, isStream: boolean): Promise<ToolTrip> {
  const send = async (input: OpenAI.Responses.ResponseInput) => {
    const body = { model: MODEL, input, tools: RESPONSE_TOOLS };
    return isStream ? client.responses.stream(body).finalResponse() : client.responses.create(body);
  };
  const question = { role: "user" as const, content: QUESTION };
  const { output }: OpenAI.Responses.Response = await send([question]);
  const call = output.find((item) => item.type === "function_call");
  if (call === undefined) throw new Error("no tool was called");
  const { call_id, name, arguments: input } = call;
  const result = { type: "function_call_output" as const, call_id, output: SUNNY };
  const second = await send([question, { type: "function_call", call_id, name, arguments: input }, result]);
  return { name, input: JSON.parse(input), text: second.output_text };
}

/** The package `openai`, Responses. */
export const openaiResponsesClient = (name: OpenAIName): Client => ({
  name,
  say: (at, ask) => sayInResponses(openaiOf(name, at), ask),
  useTool: (at, isStream) => useToolInResponses(openaiOf(name, at), isStream),
  base: (url) => `${url}/v1`,
  bases: BASES,
});
