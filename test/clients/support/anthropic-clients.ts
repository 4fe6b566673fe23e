import Anthropic from "@anthropic-ai/sdk";
import Anthropic0 from "anthropic-sdk-0";
import { type Ask, type Client, QUESTION, type Said, SUNNY, type Target, type ToolTrip, WEATHER } from "./client";

const CLASSES = { "@anthropic-ai/sdk 1": Anthropic, "@anthropic-ai/sdk 0": Anthropic0 as unknown as typeof Anthropic };
export type AnthropicName = keyof typeof CLASSES;
export const ANTHROPIC_NAMES = Object.keys(CLASSES) as AnthropicName[];

/** The package's own client. */
export function anthropicOf(name: AnthropicName, { url, key, maxRetries }: Target): Anthropic {
  return new CLASSES[name]({ apiKey: key, baseURL: url, ...(maxRetries === undefined ? {} : { maxRetries }) });
}

const user = { role: "user" as const, content: QUESTION };
const BODY = { model: "claude-sonnet-4-5", max_tokens: 256 };
const TOOLS = [{ name: WEATHER.name, description: WEATHER.description, input_schema: WEATHER.parameters }];

const usageOf = (usage: Anthropic.Usage) => ({
  input: usage.input_tokens + (usage.cache_read_input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0),
  output: usage.output_tokens,
});

const textOf = (message: Anthropic.Message) =>
  message.content.map((block) => (block.type === "text" ? block.text : "")).join("");

async function say(client: Anthropic, { stream, signal, onText }: Ask): Promise<Said> {
  const body = { ...BODY, messages: [user] };
  if (!stream) {
    const message = await client.messages.create(body, { signal });
    return { text: textOf(message), usage: usageOf(message.usage) };
  }
  const events = client.messages.stream(body, { signal });
  let text = "";
  events.on("text", (delta) => {
    text += delta;
    onText?.(delta);
  });
  const message = await events.finalMessage();
  return { text, usage: usageOf(message.usage) };
}

async function useTool(client: Anthropic, isStream: boolean): Promise<ToolTrip> {
  const send = (messages: Anthropic.MessageParam[]) => {
    const body = { ...BODY, messages, tools: TOOLS };
    return isStream ? client.messages.stream(body).finalMessage() : client.messages.create(body);
  };
  const { content } = await send([user]);
  const call = content.find((block) => block.type === "tool_use");
  if (call === undefined) throw new Error("no tool was called");
  const { id, name, input } = call;
  const second = await send([
    user,
    { role: "assistant", content: [{ type: "tool_use", id, name, input }] },
    { role: "user", content: [{ type: "tool_result", tool_use_id: id, content: SUNNY }] },
  ]);
  return { name, input, text: textOf(second) };
}

/** The package `@anthropic-ai/sdk`. */
export const anthropicClient = (name: AnthropicName): Client => ({
  name,
  say: (at, ask) => say(anthropicOf(name, at), ask),
  useTool: (at, isStream) => useTool(anthropicOf(name, at), isStream),
  base: (url) => url,
  // The package itself adds /v1.
  bases: [(url) => url, (url) => `${url}/v1`, (url) => `${url}/v1/v1`],
});
