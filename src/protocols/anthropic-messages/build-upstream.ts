import type { UpstreamAsk, UpstreamRequest } from "../protocol";
import type { BodyScan } from "../scan-body";
import { spliceBody } from "../splice-body";
import { listedQuery, modelEdits, upstreamRequest } from "../upstream-request";
import { MESSAGES_QUERY } from "./wire";

/** The upstream request of a Messages call. */
export function buildMessagesUpstream(ask: UpstreamAsk): UpstreamRequest {
  const { call, request, channel, upstreamModel } = ask;
  const scan = call.scan as BodyScan;
  return upstreamRequest({
    request,
    channel,
    method: call.line.method,
    path: `${call.line.path}${listedQuery(request.query, MESSAGES_QUERY)}`,
    body: spliceBody(scan, modelEdits(scan, call.model, upstreamModel)),
    credential: { "x-api-key": channel.credential ?? "" },
    injectedUsage: false,
  });
}
