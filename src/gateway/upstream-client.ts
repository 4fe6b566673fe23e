import { Client, Pool } from "undici";
import { AppError } from "@/core/errors";
import type { UpstreamClient } from "./gateway-deps";
import { upstreamConnector } from "./upstream-connector";
import { type Origin, upstreamExchange } from "./upstream-exchange";
import { endpointOf, type UpstreamResolver } from "./upstream-resolver";

const CLIENT_OPTIONS = {
  pipelining: 1,
  allowH2: false,
  keepAliveTimeout: 30_000,
  keepAliveMaxTimeout: 30_000,
  maxHeaderSize: 64 * 1024,
} as const;

/**
 * The upstream client of the process: undici pools of its own, never the global dispatcher (reliability-and-security.md N5, N6).
 * HTTP/1.1, no pipelining, 1,024 sockets an origin.
 */
export function upstreamClient(options: { readonly resolver: UpstreamResolver }): UpstreamClient {
  const origins = new Map<string, Origin>();
  const originOf = (url: string, connectMs: number): Origin => {
    const key = `${connectMs} ${url}`;
    const known = origins.get(key);
    if (known !== undefined) return known;
    const endpoint = endpointOf(url);
    if (endpoint === null) throw new AppError("upstream_unreachable", { cause: "url" });
    const connector = upstreamConnector({ endpoint, connectMs, resolver: options.resolver });
    const pool = new Pool(url, { ...CLIENT_OPTIONS, connections: 1024, connect: connector.connect });
    const made: Origin = {
      url,
      pool,
      isPrivate: null,
      isStale: connector.isStale,
      freshClient: () => new Client(url, { ...CLIENT_OPTIONS, connect: connector.connect }),
    };
    origins.set(key, made);
    return made;
  };
  /** The hop is told to private hosts only, so the addresses come before the first head. */
  const locate = async (origin: Origin): Promise<void> => {
    const endpoint = endpointOf(origin.url);
    if (endpoint !== null) origin.isPrivate = (await options.resolver.judge(endpoint)).isPrivate;
  };
  return {
    send(request, sendOptions, sink) {
      const slash = request.url.indexOf("/", request.url.indexOf("://") + 3);
      const origin = originOf(request.url.slice(0, slash), sendOptions.timeouts.connectMs);
      const exchange = upstreamExchange(
        { origin, request, options: sendOptions, path: request.url.slice(slash) },
        sink,
      );
      if (origin.isPrivate !== null) exchange.start();
      else
        locate(origin).then(
          () => exchange.start(),
          (error: unknown) => exchange.fail(error),
        );
      return exchange.call;
    },
    async close() {
      await Promise.all([...origins.values()].map(({ pool }) => pool.destroy()));
      origins.clear();
    },
  };
}
