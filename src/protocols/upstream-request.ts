import type { ChannelSnapshot } from "@/core/channels/channel";
import type { GatewayRequest } from "./exchange";
import { headersUp } from "./forward-headers";
import type { UpstreamRequest } from "./protocol";
import type { BodyScan } from "./scan-body";
import { type Edit, spliceBody } from "./splice-body";

/** What a protocol adds to a call on its way up. */
export type UpstreamAsk = {
  readonly request: GatewayRequest;
  readonly channel: ChannelSnapshot;
  readonly scan: BodyScan;
  /** Path from the route table, with a listed query if the client sent one. */
  readonly path: string;
  readonly edits: readonly Edit[];
  /** The credential in the protocol's header. */
  readonly credential: Readonly<Record<string, string>>;
  readonly injectedUsage: boolean;
};

/** Puts URL, headers and spliced body of one upstream request together (protocols-and-pricing.md 2.2, 4.3). */
export function upstreamRequest(ask: UpstreamAsk): UpstreamRequest {
  const { slices, contentLength } = spliceBody(ask.scan, ask.edits);
  const set = { ...ask.credential, "content-length": String(contentLength) };
  return {
    method: "POST",
    url: `${ask.channel.baseUrl}${ask.path}`,
    headers: headersUp(ask.request.headers, set, ask.channel.headers),
    body: slices,
    contentLength,
    injectedUsage: ask.injectedUsage,
  };
}

/** The edit that puts the channel's name of a model in place of the client's; none when they are the same. */
export function modelEdits(scan: BodyScan, model: string, upstreamModel: string): Edit[] {
  const member = scan.members.get("model");
  if (member === undefined || model === upstreamModel) return [];
  return [{ start: member.valueStart, end: member.valueEnd, text: JSON.stringify(upstreamModel) }];
}
