import { canonicalNetwork, formatAddress, parseAddress } from "./cidr";

/**
 * What an address is counted by: an IPv4 address is itself, also where IPv6 carries it; of an IPv6 address the first 64 bits, since whoever
 * has one has all of them. What is no address is itself.
 */
export function addressPrefix(address: string): string {
  const parsed = parseAddress(address.split("%")[0] ?? address);
  if (parsed === null) return address;
  const text = formatAddress(parsed);
  return parsed.length === 1 ? text : (canonicalNetwork(`${text}/64`) ?? text);
}
