import type { ChannelSnapshot } from "@/core/channels/channel";
import type { Hold } from "@/core/quota/hold";
import { findRoute } from "@/gateway/find-route";
import type { Call, CallAsk, Protocol, UpstreamRequest } from "@/protocols/protocol";
import { buildRequest, type RequestParts } from "./build-request";

/** What a request by the route table gives a protocol to read. The body is the one given, read at once. */
export function buildCallAsk(parts: RequestParts & { readonly body?: Uint8Array }): CallAsk {
  const request = buildRequest(parts);
  const found = findRoute(request);
  if (found.kind !== "route" || found.route.class === "L") throw new Error(`${request.path} is not forwarded`);
  return { request, body: parts.body ?? new Uint8Array(0), route: found.route, names: found.names };
}

/** The call that a protocol reads from a body: text and bytes as they are, anything else as JSON. */
export function readCall(protocol: Protocol, path: string, body: unknown): Call {
  const bytes = body instanceof Uint8Array ? body : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  return protocol.readCall(buildCallAsk({ path, body: bytes }));
}

/** What a protocol sends a channel; under a hold that nothing looks into. */
export function buildUpstream(
  protocol: Protocol,
  ask: { readonly ask: CallAsk; readonly channel: ChannelSnapshot; readonly upstreamModel?: string },
): UpstreamRequest & { readonly call: Call } {
  const call = protocol.readCall(ask.ask);
  const { request } = ask.ask;
  const upstreamModel = ask.upstreamModel ?? call.model;
  const hold = {} as Hold;
  return { ...protocol.buildUpstream({ call, request, channel: ask.channel, upstreamModel, hold }), call };
}
