import type { UpstreamAsk, UpstreamRequest } from "../protocol";
import { spliceBody } from "../splice-body";
import { modelEdits, upstreamRequest } from "../upstream-request";
import type { ChatScan } from "./read-call";

/** The upstream request of a chat call; asks the upstream of a stream for its usage unless the channel cannot give it (4.3). */
export function buildChatUpstream(ask: UpstreamAsk): UpstreamRequest {
  const { call, request, channel, upstreamModel } = ask;
  const { body, usage } = call.scan as ChatScan;
  const usageEdits = channel.usageInStream === "never" ? [] : (usage?.edits ?? []);
  return upstreamRequest({
    request,
    channel,
    ...call.line,
    body: spliceBody(body, [...usageEdits, ...modelEdits(body, call.model, upstreamModel)]),
    credential: { authorization: `Bearer ${channel.credential ?? ""}` },
    injectedUsage: usageEdits.length > 0,
  });
}
