import type { ProtocolId } from "@/core/vocabulary";
import { anthropicMessages } from "./anthropic-messages/adapter";
import type { GatewayRequest } from "./exchange";
import { gemini } from "./gemini/adapter";
import { versionOf } from "./normalise-path";
import { openaiChat } from "./openai-chat/adapter";
import { openaiResponses } from "./openai-responses/adapter";
import type { Protocol } from "./protocol";

const PROTOCOLS: readonly Protocol[] = [openaiChat, openaiResponses, anthropicMessages, gemini];

/** What tells a protocol where no route does. */
export type ProtocolHints = Pick<GatewayRequest, "headers" | "path" | "query">;

/**
 * The protocol of a request: the route's own, or, for the models list, the one that its request suggests (protocols-and-pricing.md 1.4):
 * Anthropic's when `anthropic-version` is sent, Gemini's for its version, headers and query names, else OpenAI's.
 * @param id protocol of the route; null when it has none
 */
export function protocolFor(id: ProtocolId | null, hints: ProtocolHints): Protocol {
  const own = PROTOCOLS.find((protocol) => protocol.id === id);
  if (own !== undefined) return own;
  if (hints.headers["anthropic-version"] !== undefined) return anthropicMessages;
  return isGoogle(hints) ? gemini : openaiChat;
}

/** The protocol in whose shape a path that is not listed is refused (3.1): Gemini's under `/v1beta`, then as its headers suggest. */
export function protocolOfUnlisted({ headers, path }: ProtocolHints): Protocol {
  if (versionOf(path) === "v1beta") return gemini;
  return headers["anthropic-version"] === undefined ? openaiChat : anthropicMessages;
}

function isGoogle({ headers, path, query }: ProtocolHints): boolean {
  const isNamed = headers["x-goog-api-key"] !== undefined || headers["x-goog-api-client"] !== undefined;
  return isNamed || query.has("key") || query.has("pageSize") || versionOf(path) === "v1beta";
}
