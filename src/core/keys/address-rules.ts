import { type Address, isInNetwork, type Network, parseAddress, parseNetwork } from "@/lib/cidr";

/** From where a key or a user may call (channels-and-rates.md A10). */
export type AddressRules = {
  /** Empty: from everywhere that is not denied. */
  readonly allow: readonly Network[];
  readonly deny: readonly Network[];
};

/** The lists as they are stored: canonical CIDRs. */
export type IpLists = { readonly ipAllow: readonly string[]; readonly ipDeny: readonly string[] };

/** The rules of stored lists; those without an entry have none. */
export function readAddressRules(lists: readonly IpLists[]): readonly AddressRules[] {
  return lists
    .filter(({ ipAllow, ipDeny }) => ipAllow.length + ipDeny.length > 0)
    .map(({ ipAllow, ipDeny }) => ({ allow: ipAllow.map(read), deny: ipDeny.map(read) }));
}

/** True when all rules let the address in: deny wins, an empty allow list allows all. An address that cannot be read passes no rule. */
export function isAddressAllowed(rules: readonly AddressRules[], text: string): boolean {
  if (rules.length === 0) return true;
  const address = parseAddress(text);
  if (address === null) return false;
  return rules.every(({ allow, deny }) => !isInAny(address, deny) && (allow.length === 0 || isInAny(address, allow)));
}

function isInAny(address: Address, networks: readonly Network[]): boolean {
  return networks.some((network) => isInNetwork(address, network));
}

/** A stored entry was judged when it was written; one that cannot be read must not open the key. */
function read(entry: string): Network {
  const network = parseNetwork(entry);
  if (network === null) throw new RangeError("an entry of an address list is no network");
  return network;
}
