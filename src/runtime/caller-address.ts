import ipaddr from "ipaddr.js";

type Address = ReturnType<typeof ipaddr.parse>;
/** A network of trusted proxies. */
type Network = readonly [Address, number];

/** Tells the address a request came from: the peer's, or what trusted proxies forwarded (channels-and-rates.md A10). */
export type CallerAddress = (peer: string | undefined, forwardedFor: string | undefined) => string;

/** Reads a CIDR or a single address; null when the text is neither. */
export function parseNetwork(text: string): Network | null {
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text);
  if (!ipaddr.isValid(text)) return null;
  const address = ipaddr.process(text);
  return [address, address.kind() === "ipv4" ? 32 : 128];
}

/**
 * Walks X-Forwarded-For from its end for as long as the hop before is a trusted proxy; the first address that is not one is the caller.
 * Without trusted proxies the peer is the caller, whatever the header says.
 */
export function createCallerAddress(trusted: readonly string[]): CallerAddress {
  const networks = trusted.map(parseNetwork).filter((network) => network !== null);
  return (peer, forwardedFor) => {
    let caller = plain(peer ?? "");
    const hops = networks.length === 0 || forwardedFor === undefined ? [] : forwardedFor.split(",");
    for (let hop = hops.pop(); hop !== undefined && isIn(caller, networks); hop = hops.pop()) {
      const address = plain(hop.trim());
      if (!ipaddr.isValid(address)) break;
      caller = address;
    }
    return caller;
  };
}

/** IPv4 inside IPv6 as plain IPv4, so that one caller has one address. */
function plain(address: string): string {
  return ipaddr.isValid(address) ? ipaddr.process(address).toString() : address;
}

function isIn(address: string, networks: readonly Network[]): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  return networks.some(([network, bits]) => network.kind() === parsed.kind() && parsed.match([network, bits]));
}
