import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { AppError } from "@/core/errors";
import type { Clock } from "@/lib/clock";
import { classifyAddress, judgeDestination, type Refusal, type UpstreamPolicy } from "./upstream-policy";

/** Addresses of a name, IPv4 and IPv6. Rejects when there are none. */
export type Resolve = (name: string) => Promise<readonly { readonly address: string; readonly family: number }[]>;

/** An upstream host after its addresses were judged. */
type JudgedHost = {
  readonly addresses: readonly { readonly address: string; readonly family: number }[];
  /** Every address is a private one. */
  readonly isPrivate: boolean;
};

/** Where a connection goes: `host` in lower case and without brackets. */
export type Endpoint = { readonly host: string; readonly port: number; readonly isTls: boolean };

/** Resolves and judges upstream hosts: one resolver for every outbound call. */
export type UpstreamResolver = {
  /**
   * Addresses that may be called. One refused address refuses the host.
   * Rejects with `base_url_forbidden` (`class`, `variable`), or with the resolver's error within 3 s.
   */
  judge(endpoint: Endpoint): Promise<JudgedHost>;
  /** The refusal of one address, to compare a connected peer once more; null: it may be called. */
  refusal(endpoint: Endpoint, address: string): Refusal | null;
  /** The refusal of a host that is an IP literal; null for every name. */
  literalRefusal(endpoint: Endpoint): Refusal | null;
};

/** What the resolver needs. `resolve` stands in for DNS in tests. */
export type ResolverOptions = {
  readonly policy: UpstreamPolicy;
  readonly clock: Clock;
  readonly resolve?: Resolve;
};

const CACHE_MS = 30_000;
const RESOLVE_MS = 3_000;
const MAX_NAMES = 1_000;

const systemResolve: Resolve = (name) => lookup(name, { all: true, verbatim: true });

/** The resolver of reliability-and-security.md 8: literals are judged themselves, names by all their addresses, results kept for 30 s. */
export function upstreamResolver({ policy, clock, resolve = systemResolve }: ResolverOptions): UpstreamResolver {
  const cache = new Map<string, { readonly at: number; readonly found: ReturnType<Resolve> }>();
  const refusal: UpstreamResolver["refusal"] = ({ host, port, isTls }, address) =>
    judgeDestination({ host, port, isTls, address }, policy);
  const find = (name: string): ReturnType<Resolve> => {
    const family = isIP(name);
    if (family !== 0) return Promise.resolve([{ address: name, family }]);
    const known = cache.get(name);
    if (known !== undefined && clock.monotonic() - known.at < CACHE_MS) return known.found;
    if (cache.size >= MAX_NAMES) cache.clear();
    const found = withDeadline(resolve(name), clock);
    cache.set(name, { at: clock.monotonic(), found });
    found.catch(() => cache.delete(name));
    return found;
  };
  return {
    refusal,
    literalRefusal: (endpoint) => (isIP(endpoint.host) === 0 ? null : refusal(endpoint, endpoint.host)),
    async judge(endpoint) {
      const addresses = await find(endpoint.host);
      for (const { address } of addresses) {
        const refused = refusal(endpoint, address);
        if (refused !== null) throw forbidden(endpoint, refused);
      }
      return { addresses, isPrivate: addresses.every(({ address }) => classifyAddress(address) === "private") };
    },
  };
}

/** The error of a refused destination. */
export function forbidden({ host }: Endpoint, refusal: Refusal): AppError {
  return new AppError("base_url_forbidden", { host, class: refusal.class, variable: refusal.variable });
}

/** The endpoint of an absolute http(s) URL; null when it is none. */
export function endpointOf(url: string): Endpoint | null {
  if (!URL.canParse(url)) return null;
  const { protocol: scheme, hostname, port } = new URL(url);
  if (scheme !== "https:" && scheme !== "http:") return null;
  const isTls = scheme === "https:";
  const host = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  return { host, port: port === "" ? (isTls ? 443 : 80) : Number(port), isTls };
}

/**
 * Judges the URL of a channel when it is saved. A name that cannot be resolved passes: the connection will be judged again.
 * Rejects with `base_url_forbidden`.
 */
export async function judgeUpstreamUrl(url: string, resolver: UpstreamResolver): Promise<void> {
  const endpoint = endpointOf(url);
  if (endpoint === null)
    throw new AppError("base_url_forbidden", { host: "", class: "not_an_address", variable: null });
  try {
    await resolver.judge(endpoint);
  } catch (error) {
    if (error instanceof Error && "syscall" in error) return;
    throw error;
  }
}

function withDeadline<T>(work: Promise<T>, clock: Clock): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(RESOLVE_MS, () =>
      reject(Object.assign(new Error("name look-up timed out"), { code: "ETIMEOUT", syscall: "getaddrinfo" })),
    );
    work.then(resolve, reject).finally(cancel);
  });
}
