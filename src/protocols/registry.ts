import type { ProtocolId } from "@/core/vocabulary";
import { anthropicMessages } from "./anthropic-messages/adapter";
import type { GatewayRequest } from "./exchange";
import { openaiChat } from "./openai-chat/adapter";
import { openaiResponses } from "./openai-responses/adapter";
import type { Protocol } from "./protocol";

const PROTOCOLS: readonly Protocol[] = [openaiChat, openaiResponses, anthropicMessages];

/** What tells a protocol where no route does. */
export type ProtocolHints = Pick<GatewayRequest, "headers" | "path" | "query">;

/**
 * The protocol of a request: the route's own, or, for the models list and for a path that is not listed, the one its headers suggest
 * (protocols-and-pricing.md 1.4, 3.1): Anthropic's when `anthropic-version` is sent, else OpenAI's.
 * @param id protocol of the route; null when it has none, or when there is no route
 */
export function protocolFor(id: ProtocolId | null, { headers }: ProtocolHints): Protocol {
  const own = PROTOCOLS.find((protocol) => protocol.id === id);
  if (own !== undefined) return own;
  return headers["anthropic-version"] === undefined ? openaiChat : anthropicMessages;
}
