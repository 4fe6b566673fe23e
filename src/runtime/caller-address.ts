import { formatAddress, isInNetwork, parseAddress, parseNetwork } from "@/lib/cidr";

/** Tells the address a request came from: the peer's, or what trusted proxies forwarded (channels-and-rates.md A10). */
export type CallerAddress = (peer: string | undefined, forwardedFor: string | undefined) => string;

/**
 * Walks X-Forwarded-For from its end for as long as the hop before is a trusted proxy; the first address that is not one is the caller.
 * Without trusted proxies the peer is the caller, whatever the header says. IPv4 inside IPv6 is told as IPv4, so that one caller has one address.
 */
export function createCallerAddress(trusted: readonly string[]): CallerAddress {
  const networks = trusted.map(parseNetwork).filter((network) => network !== null);
  return (peer = "", forwardedFor) => {
    let caller = parseAddress(peer);
    if (caller === null) return peer;
    const hops = networks.length === 0 || forwardedFor === undefined ? [] : forwardedFor.split(",");
    for (let hop = hops.pop(); hop !== undefined; hop = hops.pop()) {
      const proxy = caller;
      const address = parseAddress(hop.trim());
      if (address === null || !networks.some((network) => isInNetwork(proxy, network))) break;
      caller = address;
    }
    return formatAddress(caller);
  };
}
