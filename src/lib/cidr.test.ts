import { BlockList, isIP } from "node:net";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalNetwork, formatAddress, isInNetwork, type Network, parseAddress, parseNetwork } from "./cidr";

const network = (text: string): Network => {
  const parsed = parseNetwork(text);
  if (parsed === null) throw new Error(`${text} is no network`);
  return parsed;
};
const isIn = (address: string, text: string) => {
  const parsed = parseAddress(address);
  return parsed !== null && isInNetwork(parsed, network(text));
};

describe("the canonical form", () => {
  test.each([
    ["192.0.2.7", "192.0.2.7/32"],
    ["192.0.2.7/24", "192.0.2.0/24"],
    ["0.0.0.0/0", "0.0.0.0/0"],
    ["203.0.113.9/0", "0.0.0.0/0"],
    ["255.255.255.255/32", "255.255.255.255/32"],
    ["2001:DB8::0001", "2001:db8::1/128"],
    ["2001:db8:0:0:1:0:0:1/128", "2001:db8::1:0:0:1/128"],
    ["2001:db8:ffff::/33", "2001:db8:8000::/33"],
    ["1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7/128"],
    ["::/0", "::/0"],
    ["::1", "::1/128"],
    ["::ffff:10.1.2.3", "10.1.2.3/32"],
    ["::ffff:a01:203", "10.1.2.3/32"],
    ["::ffff:10.1.2.3/104", "10.0.0.0/8"],
    ["::ffff:0:0/96", "0.0.0.0/0"],
    ["64:ff9b::10.1.2.3", "64:ff9b::a01:203/128"],
  ])("of %s is %s", (given, expected) => {
    expect(canonicalNetwork(given)).toBe(expected);
  });
});

test.each([
  ...[
    "",
    "10.0.0.0/33",
    "10.0.0.0/",
    "10.0.0.0/08",
    "10.0.0.0/-1",
    "10.0.0.0/8/8",
    "10.0.0",
    "10.0.0.256",
    "010.0.0.1",
  ],
  ...[
    "0x7f.0.0.1",
    "127.1",
    " 10.0.0.1",
    "10.0.0.1:80",
    "::/129",
    "::ffff:10.0.0.0/95",
    "fe80::1%eth0",
    ":::",
    "1::2::3",
  ],
  ...[
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4::5:6:7:8",
    "g::",
    "12345::",
    "::1.2.3",
    "[::1]",
    "proxy.local",
    "/8",
  ],
])("%j is no network", (text) => {
  expect(parseNetwork(text)).toBeNull();
});

test.each([
  ["10.1.2.3", "10.0.0.0/8", true],
  ["11.0.0.0", "10.0.0.0/8", false],
  ["203.0.113.9", "0.0.0.0/0", true],
  ["203.0.113.9", "203.0.113.9/32", true],
  ["203.0.113.8", "203.0.113.9/32", false],
  ["::ffff:203.0.113.9", "203.0.113.0/24", true],
  ["203.0.113.9", "::ffff:203.0.113.0/120", true],
  ["203.0.113.9", "::/0", false],
  ["2001:db8::1", "0.0.0.0/0", false],
  ["2001:db8::1", "::/0", true],
  ["2001:db8::1", "2001:db8::1/128", true],
  ["2001:db8::2", "2001:db8::1/128", false],
  ["2001:db8:8000::", "2001:db8::/33", false],
])("%s in %s: %j", (address, text, expected) => {
  expect(isIn(address, text)).toBe(expected);
});

describe("for any address", () => {
  const addresses = fc.oneof(fc.ipV4(), fc.ipV6());

  test("the canonical text reads back as the same and is what others write", () => {
    fc.assert(
      fc.property(addresses, (text) => {
        const parsed = parseAddress(text);
        expect(parsed).not.toBeNull();
        const canonical = formatAddress(parsed ?? []);
        expect(parseAddress(canonical)).toEqual(parsed);
        const ofUrl = new URL(`http://${text.includes(":") ? `[${text}]` : text}`).hostname.replace(/[[\]]/g, "");
        if (!ofUrl.startsWith("::ffff:")) expect(canonical).toBe(ofUrl);
      }),
      { numRuns: 2_000 },
    );
  });

  test("a network has the addresses that the platform's own list says", () => {
    const cases = fc.oneof(
      fc.tuple(fc.ipV4(), fc.ipV4(), fc.nat(32), fc.constant("ipv4" as const)),
      fc.tuple(fc.ipV6(), fc.ipV6(), fc.nat(128), fc.constant("ipv6" as const)),
    );
    fc.assert(
      fc.property(cases, ([base, other, bits, family]) => {
        const list = new BlockList();
        list.addSubnet(base, bits, family);
        for (const asked of [base, other]) expect(isIn(asked, `${base}/${bits}`)).toBe(list.check(asked, family));
      }),
      { numRuns: 2_000 },
    );
  });

  test("a text that is read is an address to the platform too", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-f:.]{1,20}$/), (text) => {
        if (parseAddress(text) !== null) expect(isIP(text)).not.toBe(0);
        else expect(isIP(text)).toBe(0);
      }),
      { numRuns: 5_000 },
    );
  });
});
