import type { EngineDeps, Exchange, Replying } from "./exchange";
import { type Measured, standingsOf } from "./judged-limits";

/** Headers of an upstream reply. */
export type UpstreamHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** The first value of a header, or null. */
export function headerOf(headers: UpstreamHeaders, name: string): string | null {
  const value = headers[name];
  if (value === undefined) return null;
  return typeof value === "string" ? value : (value[0] ?? null);
}

/** The id by which the upstream knows the request; null when it named none. */
export function upstreamRequestIdOf(headers: UpstreamHeaders): string | null {
  return headerOf(headers, "x-request-id") ?? headerOf(headers, "request-id");
}

/**
 * Adds what every reply carries (protocols-and-pricing.md 2.4) to headers made for it: the request's ids, and the end of the connection
 * while the process stops.
 */
export function withRequestId(
  headers: Record<string, string>,
  exchange: Replying,
  deps: EngineDeps,
): Record<string, string> {
  headers["x-sluice-request-id"] = exchange.requestId;
  headers["x-request-id"] = exchange.requestId;
  for (const name of exchange.protocol.requestIdHeaders) headers[name] = exchange.requestId;
  if (deps.isDraining()) headers.connection = "close";
  return headers;
}

/** The head of a relayed reply: the upstream's headers that pass, our own, and for a stream what keeps proxies from holding it back (T1). */
export function relayedHead(
  upstream: UpstreamHeaders,
  exchange: Exchange,
  ask: {
    readonly deps: EngineDeps;
    readonly isStream: boolean;
    readonly measured: Measured | null;
    readonly queueMs: number;
  },
): Readonly<Record<string, string>> {
  const headers = exchange.protocol.replyHeaders(upstream);
  const upstreamId = upstreamRequestIdOf(upstream);
  if (upstreamId !== null) headers["x-sluice-upstream-request-id"] = upstreamId;
  if (ask.isStream) {
    headers["cache-control"] = "no-cache, no-transform";
    headers["x-accel-buffering"] = "no";
    if ("content-length" in headers) delete headers["content-length"];
  }
  if (ask.queueMs > 0) headers["x-sluice-queue-ms"] = String(ask.queueMs);
  if (ask.measured !== null) Object.assign(headers, limitHeadersOf(ask.measured, exchange, ask.deps));
  return withRequestId(headers, exchange, ask.deps);
}

/** Where the limits stand with this request's own hold (protocols-and-pricing.md 2.4). */
function limitHeadersOf(
  measured: Measured,
  { protocol, request }: Exchange,
  { clock }: EngineDeps,
): Record<string, string> {
  const standings = standingsOf(measured, true);
  return protocol.limitHeaders({
    standings,
    modelGroup: measured.group?.slug ?? null,
    rate: measured.rate,
    denial: null,
    now: clock.now(),
    client: request.headers,
  });
}
