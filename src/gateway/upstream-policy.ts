import ipaddr from "ipaddr.js";

/** What an upstream address is (reliability-and-security.md 8). `forbidden` is refused whatever the configuration says. */
export type AddressClass = "public" | "private" | "forbidden";

/** Which upstream addresses may be called. */
export type UpstreamPolicy = {
  /** `allow`: every private address; `listed`: those that match `listed` (`SLUICE_UPSTREAM_PRIVATE`). */
  readonly privateAddresses: "allow" | "listed";
  /** CIDRs and `host:port` pairs (`SLUICE_UPSTREAM_ALLOW`, origins of the provisioning file). */
  readonly listed: readonly string[];
  /** `host:port` pairs that are never called: own listener, database, Redis. */
  readonly forbidden: readonly string[];
};

/** One address a call would go to. `host` is the name or literal of the URL, in lower case and without brackets. */
export type Destination = {
  readonly host: string;
  readonly port: number;
  readonly address: string;
  readonly isTls: boolean;
};

/** Why a destination is refused, and the variable that would change it (null: nothing does). */
export type Refusal = {
  readonly class: "forbidden" | "private" | "plain_http" | "not_an_address";
  readonly variable: "SLUICE_UPSTREAM_ALLOW" | null;
};

type Range = ReturnType<typeof ipaddr.parseCIDR>;
const ranges = (texts: readonly string[]): readonly Range[] => texts.map((text) => ipaddr.parseCIDR(text));

const FORBIDDEN = ranges([
  "0.0.0.0/8",
  "169.254.0.0/16",
  "192.0.0.0/24",
  "100.100.100.200/32",
  "168.63.129.16/32",
  "224.0.0.0/4",
  "240.0.0.0/4",
  "::/128",
  "fe80::/10",
  "ff00::/8",
  "fd00:ec2::254/128",
  "2001::/32",
]);
const PRIVATE = ranges([
  "127.0.0.0/8",
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "198.18.0.0/15",
  "::1/128",
  "fc00::/7",
  "fec0::/10",
]);
const METADATA_NAMES = new Set(["metadata", "metadata.google.internal", "metadata.goog", "instance-data"]);

/** IPv6 ranges that carry an IPv4 address, with the index of its first byte. */
const CARRIERS: readonly (readonly [range: Range, at: number])[] = [
  [ipaddr.parseCIDR("::ffff:0:0/96"), 12],
  [ipaddr.parseCIDR("64:ff9b::/96"), 12],
  [ipaddr.parseCIDR("2002::/16"), 2],
  [ipaddr.parseCIDR("::/96"), 12],
];

type Address = ReturnType<typeof ipaddr.parse>;

/** Class of an IP literal, or null when the text is none. IPv6 that carries IPv4 is judged by the inner address; Teredo is forbidden. */
export function classifyAddress(text: string): AddressClass | null {
  if (!ipaddr.isValid(text)) return null;
  const address = unwrap(ipaddr.parse(text));
  if (isIn(address, FORBIDDEN)) return "forbidden";
  return isIn(address, PRIVATE) ? "private" : "public";
}

/** Judges one destination; null: it may be called. Pure. */
export function judgeDestination(destination: Destination, policy: UpstreamPolicy): Refusal | null {
  const kind = classifyAddress(destination.address);
  if (kind === null) return { class: "not_an_address", variable: null };
  const { host, port, address } = destination;
  const pairs = [`${host}:${port}`, `${address}:${port}`];
  if (kind === "forbidden" || METADATA_NAMES.has(host) || policy.forbidden.some((pair) => pairs.includes(pair)))
    return { class: "forbidden", variable: null };
  if (kind === "public") return destination.isTls ? null : { class: "plain_http", variable: null };
  if (policy.privateAddresses === "allow" || isListed(pairs, address, policy.listed)) return null;
  return { class: "private", variable: "SLUICE_UPSTREAM_ALLOW" };
}

function isListed(pairs: readonly string[], text: string, listed: readonly string[]): boolean {
  const address = unwrap(ipaddr.parse(text));
  return listed.some((entry) => pairs.includes(entry) || (ipaddr.isValidCIDR(entry) && isIn(address, ranges([entry]))));
}

function isIn(address: Address, list: readonly Range[]): boolean {
  return list.some(([base, bits]) => base.kind() === address.kind() && address.match(base, bits));
}

/** The IPv4 address inside an IPv6 one, or the address itself. `::` and `::1` stay what they are. */
function unwrap(address: Address): Address {
  if (address.kind() !== "ipv6") return address;
  const bytes = address.toByteArray();
  const carrier = CARRIERS.find(([range]) => isIn(address, [range]));
  if (carrier === undefined || bytes.slice(0, 15).every((byte) => byte === 0)) return address;
  return ipaddr.fromByteArray(bytes.slice(carrier[1], carrier[1] + 4));
}
