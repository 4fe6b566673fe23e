/** An IP address: one word of 32 bits for IPv4, four for IPv6. IPv4 inside IPv6 (`::ffff:a.b.c.d`) is IPv4. */
export type Address = readonly number[];
/** A network: all addresses that share its first `bits` bits; the others are zero. */
export type Network = { readonly address: Address; readonly bits: number };

const V4_PART = /^(0|[1-9]\d{0,2})$/;
const V6_GROUP = /^[0-9a-f]{1,4}$/i;
const PREFIX_LENGTH = /^(0|[1-9]\d{0,2})$/;
const MAPPED = 0xffff;
const MAPPED_BITS = 96;

/** Reads an address as people and proxies write it; null for anything else, such as a zone (`fe80::1%eth0`), a port or leading zeros. */
export function parseAddress(text: string): Address | null {
  if (!text.includes(":")) {
    const word = parseV4(text);
    return word === null ? null : [word];
  }
  const words = parseV6(text);
  return words !== null && isMapped(words) ? words.slice(3) : words;
}

/** Reads a CIDR, or an address as the network of it alone; null when the text is neither. Bits behind the prefix are dropped. */
export function parseNetwork(text: string): Network | null {
  const [host = "", length, ...rest] = text.split("/");
  const address = parseAddress(host);
  if (address === null || rest.length > 0) return null;
  if (length === undefined) return { address, bits: address.length * 32 };
  if (!PREFIX_LENGTH.test(length)) return null;
  const bits = Number(length) - (address.length === 1 && host.includes(":") ? MAPPED_BITS : 0);
  if (bits < 0 || bits > address.length * 32) return null;
  return { address: address.map((word, index) => (word & maskOf(bits - 32 * index)) >>> 0), bits };
}

/** True when the network has the address; IPv4 and IPv6 never meet. */
export function isInNetwork(address: Address, { address: first, bits }: Network): boolean {
  if (address.length !== first.length) return false;
  return first.every((word, index) => ((word ^ (address[index] as number)) & maskOf(bits - 32 * index)) === 0);
}

/** The canonical text of an address; that of IPv6 is RFC 5952's. */
export function formatAddress(address: Address): string {
  if (address.length === 1) return partsOf(address[0] as number).join(".");
  const groups = address.flatMap((word) => [word >>> 16, word & 0xffff]);
  const gap = longestGap(groups);
  const hex = (from: number, to?: number) => groups.slice(from, to).map((group) => group.toString(16));
  if (gap.length < 2) return hex(0).join(":");
  return `${hex(0, gap.start).join(":")}::${hex(gap.start + gap.length).join(":")}`;
}

/** The canonical text of an address or network, always with its prefix length; null when it is none. */
export function canonicalNetwork(text: string): string | null {
  const network = parseNetwork(text);
  return network === null ? null : `${formatAddress(network.address)}/${network.bits}`;
}

function parseV4(text: string): number | null {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => V4_PART.test(part) && Number(part) <= 255)) return null;
  return parts.reduce((word, part) => ((word << 8) | Number(part)) >>> 0, 0);
}

function parseV6(text: string): Address | null {
  const halves = withoutDots(text)?.split("::") ?? [];
  const [left, right] = halves.map((half) => (half === "" ? [] : half.split(":")));
  if (left === undefined || halves.length > 2) return null;
  const missing = 8 - left.length - (right?.length ?? 0);
  if (right === undefined ? missing !== 0 : missing < 1) return null;
  const groups = [...left, ...Array<string>(missing).fill("0"), ...(right ?? [])];
  if (!groups.every((group) => V6_GROUP.test(group))) return null;
  const values = groups.map((group) => Number.parseInt(group, 16));
  return [0, 2, 4, 6].map((at) => (((values[at] as number) << 16) | (values[at + 1] as number)) >>> 0);
}

/** IPv6 that ends in dotted IPv4, in groups alone; null when that end is no IPv4. */
function withoutDots(text: string): string | null {
  if (!text.includes(".")) return text;
  const end = text.lastIndexOf(":") + 1;
  const word = parseV4(text.slice(end));
  return word === null ? null : `${text.slice(0, end)}${(word >>> 16).toString(16)}:${(word & 0xffff).toString(16)}`;
}

function isMapped([first, second, third]: Address): boolean {
  return first === 0 && second === 0 && third === MAPPED;
}

/** The first `bits` of 32, at least none and at most all. */
function maskOf(bits: number): number {
  if (bits <= 0) return 0;
  return bits >= 32 ? 0xffffffff : (0xffffffff << (32 - bits)) >>> 0;
}

function partsOf(word: number): readonly number[] {
  return [word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255];
}

/** The first of the longest runs of zero groups. */
function longestGap(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (const [index, group] of groups.entries()) {
    if (group !== 0) start = index + 1;
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start };
  }
  return best;
}
