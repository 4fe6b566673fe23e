import type { IncomingMessage, ServerResponse } from "node:http";
import type { Gateway } from "@/gateway/gateway-deps";
import type { AdapterOptions } from "./adapter-options";
import { bodyBudget } from "./body-budget";
import { nodeReply } from "./node-reply";
import { NodeRequest } from "./node-request";

/** A listener for the `request` event of node:http. */
export type NodeListener = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * The gateway behind node:http, without web streams. The body is read after authentication, when the engine asks for it; TCP_NODELAY is
 * what node:http sets itself.
 */
export function nodeAdapter(gateway: Gateway, options: AdapterOptions): NodeListener {
  const budget = bodyBudget(options.bodyBudget, options.clock);
  return (request, response) => {
    const incoming = new NodeRequest(request, options, budget);
    const reply = nodeReply({ request, response, incoming }, options);
    return gateway.handle(incoming, reply);
  };
}
