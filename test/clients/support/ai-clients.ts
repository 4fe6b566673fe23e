import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogleGenerativeAI } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import * as ai from "ai";
import * as ai6 from "ai-6";
import { createAnthropic as createAnthropic3 } from "ai-sdk-anthropic-3";
import { createGoogleGenerativeAI as createGoogle3 } from "ai-sdk-google-3";
import { createOpenAI as createOpenAI3 } from "ai-sdk-openai-3";
import { createOpenAICompatible as createCompatible2 } from "ai-sdk-openai-compatible-2";
import { type Ask, type Client, QUESTION, type Said, SUNNY, type Target, type ToolTrip, WEATHER } from "./client";

/** The parts of a major of the package `ai`: its functions, and the providers that go with it. */
const PARTS = {
  "ai 7": {
    library: ai,
    chat: ({ url, key }: Target) => createOpenAI({ baseURL: url, apiKey: key }).chat("gpt-4o"),
    responses: ({ url, key }: Target) => createOpenAI({ baseURL: url, apiKey: key }).responses("gpt-4o"),
    messages: ({ url, key }: Target) => createAnthropic({ baseURL: url, apiKey: key })("claude-sonnet-4-5"),
    gemini: ({ url, key }: Target) => createGoogleGenerativeAI({ baseURL: url, apiKey: key })("gemini-2.5-flash"),
    compatible: ({ url, key }: Target, includeUsage: boolean) =>
      createOpenAICompatible({ name: "sluice", baseURL: url, apiKey: key, includeUsage })("gpt-4o"),
  },
  "ai 6": {
    library: ai6 as unknown as typeof ai,
    chat: ({ url, key }: Target) => createOpenAI3({ baseURL: url, apiKey: key }).chat("gpt-4o"),
    responses: ({ url, key }: Target) => createOpenAI3({ baseURL: url, apiKey: key }).responses("gpt-4o"),
    messages: ({ url, key }: Target) => createAnthropic3({ baseURL: url, apiKey: key })("claude-sonnet-4-5"),
    gemini: ({ url, key }: Target) => createGoogle3({ baseURL: url, apiKey: key })("gemini-2.5-flash"),
    compatible: ({ url, key }: Target, includeUsage: boolean) =>
      createCompatible2({ name: "sluice", baseURL: url, apiKey: key, includeUsage })("gpt-4o"),
  },
} as const;
export type AiName = keyof typeof PARTS;
export type AiProvider = Exclude<keyof (typeof PARTS)["ai 7"], "library">;
export const AI_NAMES = Object.keys(PARTS) as AiName[];

type Bound = { readonly library: typeof ai; readonly model: ai.LanguageModel; readonly retries: object };

function bind([name, provider]: readonly [AiName, AiProvider], at: Target, wantsUsage = true): Bound {
  const parts = PARTS[name];
  const model = provider === "compatible" ? parts.compatible(at, wantsUsage) : parts[provider](at);
  const retries = at.maxRetries === undefined ? {} : { maxRetries: at.maxRetries };
  return { library: parts.library, model: model as ai.LanguageModel, retries };
}

const usageOf = ({ inputTokens, outputTokens }: ai.LanguageModelUsage): Said["usage"] =>
  inputTokens === undefined ? null : { input: inputTokens, output: outputTokens ?? 0 };

async function say({ library, model, retries }: Bound, { stream, signal, onText }: Ask): Promise<Said> {
  const asked = { model, prompt: QUESTION, ...retries, ...(signal === undefined ? {} : { abortSignal: signal }) };
  if (!stream) {
    const { text, usage } = await library.generateText(asked);
    return { text, usage: usageOf(usage) };
  }
  const said = { text: "", usage: null as Said["usage"] };
  for await (const part of library.streamText({ ...asked, onError() {} }).fullStream) {
    if (part.type === "error") throw part.error;
    if (part.type === "finish") said.usage = usageOf(part.totalUsage);
    if (part.type !== "text-delta") continue;
    said.text += part.text;
    onText?.(part.text);
  }
  return said;
}

async function useTool({ library, model, retries }: Bound, isStream: boolean): Promise<ToolTrip> {
  const seen: { name: string; input: unknown }[] = [];
  const weather = library.tool({
    description: WEATHER.description,
    inputSchema: library.jsonSchema(WEATHER.parameters),
    execute(input: unknown) {
      seen.push({ name: WEATHER.name, input });
      return SUNNY;
    },
  });
  const asked = { model, prompt: QUESTION, tools: { weather }, stopWhen: library.stepCountIs(2), ...retries };
  let text = "";
  if (!isStream) text = (await library.generateText(asked)).text;
  else
    for await (const part of library.streamText({ ...asked, onError() {} }).fullStream) {
      if (part.type === "error") throw part.error;
      if (part.type === "text-delta") text += part.text;
    }
  const [call] = seen;
  if (call === undefined) throw new Error("no tool was called");
  return { ...call, text };
}

const VERSION: Readonly<Record<AiProvider, string>> = {
  chat: "v1",
  responses: "v1",
  compatible: "v1",
  messages: "v1",
  gemini: "v1beta",
};

/** The package `ai` with one of its providers. */
export const aiClient = (name: AiName, provider: AiProvider): Client => ({
  name: `${name} (${provider})`,
  say: (at, ask) => say(bind([name, provider], at, ask.wantsUsage), ask),
  useTool: (at, isStream) => useTool(bind([name, provider], at), isStream),
  base: (url) => `${url}/${VERSION[provider]}`,
  bases: [
    (url) => url,
    (url) => `${url}/${VERSION[provider]}`,
    (url) => `${url}/${VERSION[provider]}/${VERSION[provider]}`,
  ],
});
