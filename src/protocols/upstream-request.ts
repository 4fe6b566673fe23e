import type { ChannelSnapshot } from "@/core/channels/channel";
import type { GatewayRequest } from "./exchange";
import { headersUp } from "./forward-headers";
import type { CallLine, UpstreamRequest } from "./protocol";
import type { BodyScan } from "./scan-body";
import type { Edit, SplicedBody } from "./splice-body";

/** What a protocol adds to a call on its way up. */
export type UpstreamParts = {
  readonly request: GatewayRequest;
  readonly channel: ChannelSnapshot;
  readonly method: CallLine["method"];
  /** Path from the route table, with a listed query if the client sent one. */
  readonly path: string;
  /** null: the route takes none. */
  readonly body: SplicedBody | null;
  /** Of a body that is no JSON: what it was scanned as, so that nobody reads it as anything else. Absent: JSON. */
  readonly contentType?: string;
  /** The credential in the protocol's header. */
  readonly credential: Readonly<Record<string, string>>;
  readonly injectedUsage: boolean;
};

const JSON_TYPE = "application/json";
/** The type as clients write it, in the one charset that JSON has. */
const PLAIN_JSON = /^application\/json(?:;[ \t]*charset="?utf-?8"?)?$/i;

/** A body that was scanned as JSON goes up as JSON: under another type, or in another charset, it could carry another model. */
function jsonTypeOf(given: string | undefined): string {
  return given !== undefined && PLAIN_JSON.test(given.trim()) ? given : JSON_TYPE;
}

const NO_BODY: SplicedBody = { slices: [], contentLength: 0 };

/** Puts URL, headers and spliced body of one upstream request together (protocols-and-pricing.md 2.2, 4.3). */
export function upstreamRequest(ask: UpstreamParts): UpstreamRequest {
  const { slices, contentLength } = ask.body ?? NO_BODY;
  const type = ask.contentType ?? jsonTypeOf(ask.request.headers["content-type"]);
  const own = ask.body === null ? {} : { "content-type": type, "content-length": String(contentLength) };
  const set = { ...ask.credential, ...own };
  return {
    method: ask.method,
    url: `${ask.channel.baseUrl}${ask.path}`,
    headers: headersUp(ask.request.headers, set, ask.channel.headers),
    body: slices,
    contentLength,
    injectedUsage: ask.injectedUsage,
  };
}

/** The part of a query that passes, with its question mark; names given several times pass as often. */
export function listedQuery(query: URLSearchParams, names: readonly string[]): string {
  if (query.size === 0) return "";
  const passed = new URLSearchParams();
  for (const name of names) for (const value of query.getAll(name)) passed.append(name, value);
  return passed.size === 0 ? "" : `?${passed}`;
}

/** The edit that puts the channel's name of a model in place of the client's; none when they are the same. */
export function modelEdits(scan: BodyScan, model: string, upstreamModel: string): Edit[] {
  const member = scan.members.get("model");
  if (member === undefined || model === upstreamModel) return [];
  return [{ start: member.valueStart, end: member.valueEnd, text: JSON.stringify(upstreamModel) }];
}
