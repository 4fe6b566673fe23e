import { ChatAnthropic } from "@langchain/anthropic";
import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { type AIMessageChunk, HumanMessage, ToolMessage, type UsageMetadata } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { ChatGoogleGenerativeAI } from "@langchain/google-genai";
import { ChatOpenAI } from "@langchain/openai";
import { type Ask, type Client, QUESTION, type Said, SUNNY, type Target, type ToolTrip, WEATHER } from "./client";

const retriesOf = ({ maxRetries }: Target) => (maxRetries === undefined ? {} : { maxRetries });

type Streamed = { readonly response: Promise<unknown> };
type GoogleInside = { client: { generateContentStream(...given: unknown[]): Promise<Streamed> } };

/** The package under it promises the whole response beside a stream, and nobody hears when that fails as the stream is left. */
function hearingAll(model: ChatGoogleGenerativeAI): ChatGoogleGenerativeAI {
  const { client } = model as unknown as GoogleInside;
  const own = client.generateContentStream.bind(client);
  client.generateContentStream = async (...given) => {
    const streamed = await own(...given);
    streamed.response.catch(() => {});
    return streamed;
  };
  return model;
}

const MAKERS = {
  chat: (at: Target, streamUsage: boolean) =>
    new ChatOpenAI({
      ...{ model: "gpt-4o", apiKey: at.key, streamUsage, useResponsesApi: false, ...retriesOf(at) },
      configuration: { baseURL: at.url },
    }),
  responses: (at: Target) =>
    new ChatOpenAI({
      ...{ model: "gpt-4o", apiKey: at.key, useResponsesApi: true, ...retriesOf(at) },
      configuration: { baseURL: at.url },
    }),
  messages: (at: Target) =>
    new ChatAnthropic({
      ...{ model: "claude-sonnet-4-5", apiKey: at.key, anthropicApiUrl: at.url, maxTokens: 256, ...retriesOf(at) },
    }),
  gemini: (at: Target) =>
    hearingAll(
      new ChatGoogleGenerativeAI({
        ...{ model: "gemini-2.5-flash", apiKey: at.key, baseUrl: at.url, ...retriesOf(at) },
      }),
    ),
};
export type LangchainProvider = keyof typeof MAKERS;

function usageOf(message: AIMessageChunk): Said["usage"] {
  const usage = message.usage_metadata as UsageMetadata | undefined;
  return usage === undefined ? null : { input: usage.input_tokens, output: usage.output_tokens };
}

/** Every piece of a stream as one message. */
async function gather(
  chunks: AsyncIterable<AIMessageChunk>,
  onText: Ask["onText"] = undefined,
): Promise<AIMessageChunk> {
  let whole: AIMessageChunk | null = null;
  for await (const chunk of chunks) {
    whole = whole === null ? chunk : whole.concat(chunk);
    if (chunk.text !== "") onText?.(chunk.text);
  }
  if (whole === null) throw new Error("an empty stream");
  return whole;
}

async function say(model: BaseChatModel, { stream, signal, onText }: Ask): Promise<Said> {
  const options = signal === undefined ? {} : { signal };
  const question = [new HumanMessage(QUESTION)];
  const message = stream
    ? await gather(await model.stream(question, options), onText)
    : ((await model.invoke(question, options)) as AIMessageChunk);
  return { text: message.text, usage: usageOf(message) };
}

async function useTool(model: BaseChatModel, isStream: boolean): Promise<ToolTrip> {
  const { name, description, parameters: schema } = WEATHER;
  const bound = model.bindTools?.([tool(() => SUNNY, { name, description, schema })]);
  if (bound === undefined) throw new Error("no tools");
  const send = async (messages: (HumanMessage | AIMessageChunk | ToolMessage)[]) =>
    (isStream ? await gather(await bound.stream(messages)) : await bound.invoke(messages)) as AIMessageChunk;
  const question = new HumanMessage(QUESTION);
  const first = await send([question]);
  const [call] = first.tool_calls ?? [];
  if (call === undefined) throw new Error("no tool was called");
  const result = new ToolMessage({ content: SUNNY, tool_call_id: call.id ?? "", name: call.name });
  const second = await send([question, first, result]);
  return { name: call.name, input: call.args, text: second.text };
}

const isOpenai = (provider: LangchainProvider) => provider === "chat" || provider === "responses";

/** The packages of LangChain. */
export const langchainClient = (provider: LangchainProvider): Client => ({
  name: `langchain (${provider})`,
  say: (at, ask) => say(MAKERS[provider](at, ask.wantsUsage ?? true), ask),
  useTool: (at, isStream) => useTool(MAKERS[provider](at, true), isStream),
  base: (url) => (isOpenai(provider) ? `${url}/v1` : url),
  bases: [(url) => url, (url) => `${url}/v1`, (url) => `${url}/v1/v1`],
});
