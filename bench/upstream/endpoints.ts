import type { IncomingHttpHeaders } from "node:http";
import { chatWire, completionWire, openaiError } from "./chat-wire";
import { geminiEmbedWire, geminiError, geminiTokensWire, generateWire } from "./gemini-wire";
import { anthropicError, messagesWire, messageTokensWire } from "./messages-wire";
import { embeddingWire, imageWire, moderationWire, speechWire, transcriptionWire } from "./openai-wires";
import { compactWire, responsesWire, responseTokensWire, storedResponseWire } from "./responses-wire";
import type { Wire } from "./wire";

const ENDPOINTS: Readonly<Record<string, Wire>> = {
  "/v1/chat/completions": chatWire,
  "/v1/completions": completionWire,
  "/v1/embeddings": embeddingWire,
  "/v1/moderations": moderationWire,
  "/v1/responses": responsesWire,
  "/v1/responses/compact": compactWire,
  "/v1/responses/input_tokens": responseTokensWire,
  "/v1/images/generations": imageWire,
  "/v1/images/edits": imageWire,
  "/v1/images/variations": imageWire,
  "/v1/audio/speech": speechWire,
  "/v1/audio/transcriptions": transcriptionWire,
  "/v1/audio/translations": transcriptionWire,
  "/v1/messages": messagesWire,
  "/v1/messages/count_tokens": messageTokensWire,
};

const GEMINI: Readonly<Record<string, Wire>> = {
  generateContent: generateWire,
  streamGenerateContent: generateWire,
  countTokens: geminiTokensWire,
  embedContent: geminiEmbedWire,
  batchEmbedContents: geminiEmbedWire,
};

/** Who answers a request; null: nobody does. */
export function wireOf(method: string, path: string): Wire | null {
  const [, stored] = /^\/v1\/(responses)\/[^/]+(\/cancel|\/input_items)?$/.exec(path) ?? [];
  if (method === "POST" && ENDPOINTS[path] !== undefined) return ENDPOINTS[path];
  if (stored !== undefined) return storedResponseWire;
  const [, call = ""] = /^\/v1(?:beta)?\/models\/.+:(\w+)$/.exec(decodeURIComponent(path)) ?? [];
  return method === "POST" ? (GEMINI[call] ?? null) : null;
}

const MODELS = ["gpt-4o", "gpt-4o-mini", "claude-sonnet-4-5", "claude-haiku-4-5"];
const GEMINI_MODELS = ["gemini-2.5-flash", "gemini-2.5-pro"];

/** The list of models in the shape of the vendor whose credential came; status 401 without one. */
export function listModels(headers: IncomingHttpHeaders, query: URLSearchParams): { status: number; body: string } {
  const isGemini = headers["x-goog-api-key"] !== undefined || query.has("key");
  const isAnthropic = headers["anthropic-version"] !== undefined;
  if (!isGemini && headers.authorization === undefined && headers["x-api-key"] === undefined)
    return { status: 401, body: openaiError(401, "invalid_api_key") };
  return { status: 200, body: JSON.stringify(isGemini ? geminiList() : isAnthropic ? anthropicList() : openaiList()) };
}

const openaiList = () => ({
  object: "list",
  data: MODELS.map((id) => ({ id, object: "model", created: 1_795_262_400, owned_by: "scripted" })),
});

function anthropicList() {
  const data = MODELS.map((id) => ({ type: "model", id, display_name: id, created_at: "2026-11-21T12:00:00Z" }));
  return { data, has_more: false, first_id: MODELS[0], last_id: MODELS.at(-1) };
}

const geminiList = () => ({
  models: GEMINI_MODELS.map((id) => ({
    name: `models/${id}`,
    displayName: id,
    inputTokenLimit: 1_048_576,
    outputTokenLimit: 65_536,
    supportedGenerationMethods: ["generateContent", "countTokens"],
  })),
});

/** The error of a path that nobody answers, in the shape its headers ask for. */
export function notFound(headers: IncomingHttpHeaders): string {
  if (headers["x-goog-api-key"] !== undefined) return geminiError(404, "");
  return headers["anthropic-version"] === undefined ? openaiError(404, "not_found") : anthropicError(404, "");
}
