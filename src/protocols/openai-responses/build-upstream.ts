import type { UpstreamAsk, UpstreamRequest } from "../protocol";
import { spliceBody } from "../splice-body";
import { listedQuery, modelEdits, upstreamRequest } from "../upstream-request";
import type { ResponsesScan } from "./read-call";
import { STORED_QUERY } from "./wire";

/** The upstream request of a Responses call; about a stored response without a body, with the part of the query that is listed. */
export function buildResponsesUpstream(ask: UpstreamAsk): UpstreamRequest {
  const { call, request, channel, upstreamModel } = ask;
  const scan = call.scan as ResponsesScan;
  return upstreamRequest({
    request,
    channel,
    method: call.line.method,
    path: scan === null ? `${call.line.path}${listedQuery(request.query, STORED_QUERY)}` : call.line.path,
    body: scan === null ? null : spliceBody(scan, modelEdits(scan, call.model, upstreamModel)),
    credential: { authorization: `Bearer ${channel.credential ?? ""}` },
    injectedUsage: false,
  });
}
