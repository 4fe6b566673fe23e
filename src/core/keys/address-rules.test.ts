import { expect, test } from "vitest";
import { type IpLists, isAddressAllowed, readAddressRules } from "./address-rules";

const lists = (ipAllow: readonly string[], ipDeny: readonly string[] = []): IpLists => ({ ipAllow, ipDeny });
const NONE = lists([]);

test.each([
  ["no list lets everyone in", [NONE, NONE], "203.0.113.9", true],
  ["no list lets in who cannot be told", [NONE, NONE], "", true],
  ["an allow list lets its networks in", [lists(["203.0.113.0/24"]), NONE], "203.0.113.9", true],
  ["an allow list keeps others out", [lists(["203.0.113.0/24"]), NONE], "203.0.114.9", false],
  ["an empty allow list lets all others in", [lists([], ["203.0.113.0/24"]), NONE], "203.0.114.9", true],
  ["a denied address stays out", [lists([], ["203.0.113.0/24"]), NONE], "203.0.113.9", false],
  ["deny wins over allow", [lists(["203.0.113.0/24"], ["203.0.113.9/32"]), NONE], "203.0.113.9", false],
  [
    "deny wins over allow, whose list it is",
    [lists(["203.0.113.9/32"]), lists([], ["0.0.0.0/0"])],
    "203.0.113.9",
    false,
  ],
  ["key and user must both allow", [lists(["203.0.113.0/24"]), lists(["198.51.100.0/24"])], "203.0.113.9", false],
  ["key and user may both allow", [lists(["203.0.113.0/24"]), lists(["203.0.0.0/16"])], "203.0.113.9", true],
  ["IPv4 inside IPv6 is IPv4", [lists(["203.0.113.0/24"]), NONE], "::ffff:203.0.113.9", true],
  ["all of IPv4 has no IPv6", [lists(["0.0.0.0/0"]), NONE], "2001:db8::1", false],
  ["all of IPv6 has no IPv4", [lists(["::/0"]), NONE], "203.0.113.9", false],
  ["a single IPv6 address", [lists(["2001:db8::1/128"]), NONE], "2001:db8:0::1", true],
  ["who cannot be told passes no list", [lists([], ["203.0.113.0/24"]), NONE], "", false],
] as const)("%s", (...[, given, address, isAllowed]) => {
  expect(isAddressAllowed(readAddressRules(given), address)).toBe(isAllowed);
});

test("an entry that cannot be read opens nothing", () => {
  expect(() => readAddressRules([lists(["nonsense"])])).toThrow(RangeError);
});
