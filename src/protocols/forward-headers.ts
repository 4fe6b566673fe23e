import type { ChannelHeaders } from "@/core/channels/channel";
import { CREDENTIAL_HEADERS } from "./credential";

const HOP_BY_HOP = [
  ...["connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection"],
  ...["te", "trailer", "transfer-encoding", "upgrade"],
];

/** Never sent upstream (protocols-and-pricing.md 2.2). */
const NOT_UP: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  ...CREDENTIAL_HEADERS,
  ...["host", "content-length", "content-encoding", "accept-encoding", "expect", "cookie"],
  ...["forwarded", "x-real-ip", "via", "true-client-ip", "origin", "referer"],
  ...["openai-organization", "openai-project", "x-goog-user-project", "traceparent", "tracestate", "baggage"],
  // A reply of 304 or 206 is none that could be metered.
  ...["if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "if-range", "range"],
]);
const NOT_UP_FAMILIES = ["x-forwarded-", "cf-", "sec-", "x-sluice-"];

/** Never sent to the client (2.3): limits and names of the upstream's account are not the client's. */
const NOT_DOWN: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  ...["set-cookie", "server", "via", "alt-svc", "strict-transport-security", "nel", "report-to", "content-encoding"],
  ...[
    "openai-organization",
    "openai-project",
    "anthropic-organization-id",
    "x-models-etag",
    "x-request-id",
    "request-id",
  ],
]);
const NOT_DOWN_FAMILIES = [
  ...["access-control-", "cf-", "anthropic-ratelimit-", "anthropic-priority-", "anthropic-fast-"],
  ...["x-ratelimit-", "x-codex-", "x-sluice-"],
];
const DOWN_ANYWAY = "x-codex-turn-state";

/**
 * Headers of an upstream request: the client's that pass, then the channel's credential and what the body needs, then the channel's own list.
 * @param set the credential header of the protocol and the like, names in lower case
 */
export function headersUp(
  client: Readonly<Record<string, string>>,
  set: Readonly<Record<string, string>>,
  channel: ChannelHeaders,
): Record<string, string> {
  const headers: Record<string, string> = {};
  const named = namesIn(client.connection);
  for (const name in client) {
    const value = client[name];
    if (value === undefined || NOT_UP.has(name) || isInFamily(name, NOT_UP_FAMILIES) || named.includes(name)) continue;
    headers[name] = value;
  }
  headers["accept-encoding"] = "identity";
  Object.assign(headers, set);
  for (const name of channel.remove) delete headers[name];
  return Object.assign(headers, channel.set);
}

/** Headers of an upstream reply that reach the client; values given several times are joined. */
export function headersDown(upstream: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const headers: Record<string, string> = {};
  const connection = upstream.connection;
  const named = namesIn(Array.isArray(connection) ? connection.join(",") : connection);
  const isCoded = isCodedReply(upstream["content-encoding"]);
  for (const name in upstream) {
    const value = upstream[name];
    if (value === undefined || NOT_DOWN.has(name) || named.includes(name)) continue;
    if (name !== DOWN_ANYWAY && isInFamily(name, NOT_DOWN_FAMILIES)) continue;
    if (isCoded && name === "content-length") continue;
    headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return headers;
}

/** A coded reply is decoded on its way, so its length is another one. */
function isCodedReply(coding: string | string[] | undefined): boolean {
  return coding !== undefined && String(coding).trim().toLowerCase() !== "identity";
}

function isInFamily(name: string, families: readonly string[]): boolean {
  for (const family of families) if (name.startsWith(family)) return true;
  return false;
}

const NONE: readonly string[] = [];

/** The names in a `connection` header. */
function namesIn(connection: string | undefined): readonly string[] {
  if (connection === undefined || connection === "keep-alive" || connection === "close") return NONE;
  return connection.split(",").map((name) => name.trim().toLowerCase());
}
