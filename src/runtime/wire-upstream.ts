import type { UpstreamClient } from "@/gateway/gateway-deps";
import { upstreamClient } from "@/gateway/upstream-client";
import type { UpstreamPolicy } from "@/gateway/upstream-policy";
import { judgeUpstreamUrl, upstreamResolver } from "@/gateway/upstream-resolver";
import type { Clock } from "@/lib/clock";
import type { Env } from "./env";

/** The way to upstreams, and the judge of their addresses (reliability-and-security.md 8). */
export type UpstreamWiring = { readonly client: UpstreamClient; judge(url: string): Promise<void> };

/** What the address policy depends on. */
export type UpstreamAsk = {
  readonly env: Pick<Env, "port" | "upstreamPrivate" | "upstreamAllow" | "redisUrls">;
  readonly isEmbedded: boolean;
  readonly databaseUrl: string;
  /** `host:port` of the channels in the provisioning file. */
  readonly provisioned: readonly string[];
  readonly clock: Clock;
};

/** Builds the upstream client under the address policy of this process. */
export function wireUpstream(ask: UpstreamAsk): UpstreamWiring {
  const resolver = upstreamResolver({ policy: policyOf(ask), clock: ask.clock });
  return { client: upstreamClient({ resolver }), judge: (url) => judgeUpstreamUrl(url, resolver) };
}

/** Our own listener, database and Redis are never called. */
function policyOf({ env, isEmbedded, databaseUrl, provisioned }: UpstreamAsk): UpstreamPolicy {
  const own = env.port === 0 ? [] : ["127.0.0.1", "::1", "localhost"].map((host) => `${host}:${env.port}`);
  const stores = [pairOf(databaseUrl, 5432), ...env.redisUrls.map((url) => pairOf(url, 6379))];
  return {
    privateAddresses: env.upstreamPrivate ?? (isEmbedded ? "allow" : "listed"),
    listed: [...env.upstreamAllow, ...provisioned],
    forbidden: [...own, ...stores],
  };
}

function pairOf(url: string, defaultPort: number): string {
  const { hostname, port } = new URL(url);
  return `${hostname.replace(/^\[|\]$/g, "")}:${port === "" ? defaultPort : port}`;
}
