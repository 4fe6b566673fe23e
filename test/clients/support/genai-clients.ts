import { type Content, type GenerateContentParameters, type GenerateContentResponse, GoogleGenAI } from "@google/genai";
import { GoogleGenAI as GoogleGenAI2 } from "google-genai-2";
import { type Ask, type Client, QUESTION, type Said, SUNNY, type Target, type ToolTrip, WEATHER } from "./client";

const CLASSES = { "@google/genai 3": GoogleGenAI, "@google/genai 2": GoogleGenAI2 as unknown as typeof GoogleGenAI };
export type GenaiName = keyof typeof CLASSES;
export const GENAI_NAMES = Object.keys(CLASSES) as GenaiName[];

/** The package's own client. */
export function genaiOf(name: GenaiName, { url, key }: Target): GoogleGenAI {
  return new CLASSES[name]({ apiKey: key, httpOptions: { baseUrl: url } });
}

const MODEL = "gemini-2.5-flash";
const user: Content = { role: "user", parts: [{ text: QUESTION }] };
const { name: NAME, description, parameters: parametersJsonSchema } = WEATHER;
const TOOLS = [{ functionDeclarations: [{ name: NAME, description, parametersJsonSchema }] }];

function usageOf({ usageMetadata: usage }: GenerateContentResponse) {
  if (usage === undefined) return null;
  const output = (usage.candidatesTokenCount ?? 0) + (usage.thoughtsTokenCount ?? 0);
  return { input: usage.promptTokenCount ?? 0, output };
}

async function say(client: GoogleGenAI, { stream, signal, onText }: Ask): Promise<Said> {
  const config = signal === undefined ? {} : { config: { abortSignal: signal } };
  const params: GenerateContentParameters = { model: MODEL, contents: [user], ...config };
  if (!stream) {
    const reply = await client.models.generateContent(params);
    return { text: reply.text ?? "", usage: usageOf(reply) };
  }
  const said = { text: "", usage: null as Said["usage"] };
  for await (const chunk of await client.models.generateContentStream(params)) {
    const text = chunk.text ?? "";
    said.text += text;
    said.usage = usageOf(chunk) ?? said.usage;
    if (text !== "") onText?.(text);
  }
  return said;
}

async function useTool(client: GoogleGenAI, isStream: boolean): Promise<ToolTrip> {
  const send = async (contents: Content[]) => {
    const params = { model: MODEL, contents, config: { tools: TOOLS } };
    if (!isStream) return [await client.models.generateContent(params)];
    const chunks: GenerateContentResponse[] = [];
    for await (const chunk of await client.models.generateContentStream(params)) chunks.push(chunk);
    return chunks;
  };
  const call = (await send([user])).flatMap(({ functionCalls = [] }) => functionCalls)[0];
  if (call?.name === undefined) throw new Error("no tool was called");
  const { id, name, args = {} } = call;
  const second = await send([
    user,
    { role: "model", parts: [{ functionCall: { ...(id === undefined ? {} : { id }), name, args } }] },
    {
      role: "user",
      parts: [{ functionResponse: { ...(id === undefined ? {} : { id }), name, response: { output: SUNNY } } }],
    },
  ]);
  return { name, input: args, text: second.map(({ text }) => text ?? "").join("") };
}

/** The package `@google/genai`. */
export const genaiClient = (name: GenaiName): Client => ({
  name,
  say: (at, ask) => say(genaiOf(name, at), ask),
  useTool: (at, isStream) => useTool(genaiOf(name, at), isStream),
  base: (url) => url,
  // The package itself adds /v1 or /v1beta.
  bases: [(url) => url, (url) => `${url}/v1beta`, (url) => `${url}/v1beta/v1`],
});
