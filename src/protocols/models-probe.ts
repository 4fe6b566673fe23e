import type { ChannelHeaders } from "@/core/channels/channel";
import type { ProtocolId } from "@/core/vocabulary";
import { isJsonRecord, parseJson, textAt } from "./parse-json";
import type { UpstreamRequest } from "./protocol";

const ANTHROPIC_VERSION = "2023-06-01";

/** What the test of a channel needs of it. */
export type ProbedChannel = {
  readonly protocols: readonly ProtocolId[];
  readonly baseUrl: string;
  readonly credential: string | null;
  readonly headers: ChannelHeaders;
};

/** The request that asks an upstream which models it has, with the credential as the channel's first protocol sends it. */
export function modelsProbe(channel: ProbedChannel): UpstreamRequest {
  const credential = channel.credential ?? "";
  const isAnthropic = channel.protocols[0] === "anthropic-messages";
  const headers: Record<string, string> = {
    accept: "application/json",
    "accept-encoding": "identity",
    ...(isAnthropic
      ? { "x-api-key": credential, "anthropic-version": ANTHROPIC_VERSION }
      : { authorization: `Bearer ${credential}` }),
  };
  for (const name of channel.headers.remove) delete headers[name];
  return {
    method: "GET",
    url: `${channel.baseUrl}/v1/models`,
    headers: Object.assign(headers, channel.headers.set),
    body: [],
    contentLength: 0,
    injectedUsage: false,
  };
}

/** Ids of the models in the answer of either vendor, at most 1,000; none when the body is no such list. */
export function readProbedModels(body: Uint8Array): readonly string[] {
  const parsed = parseJson(body);
  const data = isJsonRecord(parsed) ? parsed.data : undefined;
  if (!Array.isArray(data)) return [];
  const ids = data.map((entry) => (isJsonRecord(entry) ? textAt(entry, "id") : null));
  return ids.filter((id) => id !== null).slice(0, 1_000);
}
