import type { ChannelHeaders } from "@/core/channels/channel";
import type { ProtocolId } from "@/core/vocabulary";
import { isJsonRecord, type JsonRecord, parseJson, textAt } from "./parse-json";
import type { UpstreamRequest } from "./protocol";

const ANTHROPIC_VERSION = "2023-06-01";

/** What the test of a channel needs of it. */
export type ProbedChannel = {
  readonly protocols: readonly ProtocolId[];
  readonly baseUrl: string;
  readonly credential: string | null;
  readonly headers: ChannelHeaders;
};

type Probe = { readonly path: string; credential(value: string): Readonly<Record<string, string>> };

const OPENAI: Probe = { path: "/v1/models", credential: (value) => ({ authorization: `Bearer ${value}` }) };
const PROBES: Readonly<Record<ProtocolId, Probe>> = {
  "openai-chat": OPENAI,
  "openai-responses": OPENAI,
  "anthropic-messages": {
    path: "/v1/models",
    credential: (value) => ({ "x-api-key": value, "anthropic-version": ANTHROPIC_VERSION }),
  },
  gemini: { path: "/v1beta/models?pageSize=1000", credential: (value) => ({ "x-goog-api-key": value }) },
};

/** The request that asks an upstream which models it has, with the credential as the channel's first protocol sends it. */
export function modelsProbe(channel: ProbedChannel): UpstreamRequest {
  const { path, credential } = PROBES[channel.protocols[0] ?? "openai-chat"];
  const headers: Record<string, string> = {
    accept: "application/json",
    "accept-encoding": "identity",
    ...credential(channel.credential ?? ""),
  };
  for (const name of channel.headers.remove) delete headers[name];
  return {
    method: "GET",
    url: `${channel.baseUrl}${path}`,
    headers: Object.assign(headers, channel.headers.set),
    body: [],
    contentLength: 0,
    injectedUsage: false,
  };
}

/** Ids of the models in the answer of any vendor, at most 1,000; none when the body is no such list. */
export function readProbedModels(body: Uint8Array): readonly string[] {
  const parsed = parseJson(body);
  const data = isJsonRecord(parsed) ? (parsed.data ?? parsed.models) : undefined;
  if (!Array.isArray(data)) return [];
  const ids = data.map((entry) => (isJsonRecord(entry) ? idOf(entry) : null));
  return ids.filter((id) => id !== null).slice(0, 1_000);
}

/** Google names a model `models/{id}`. */
function idOf(entry: JsonRecord): string | null {
  return textAt(entry, "id") ?? textAt(entry, "name")?.replace(/^models\//, "") ?? null;
}
