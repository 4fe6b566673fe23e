import { expect, test } from "vitest";
import { addressPrefix } from "./address-prefix";

test.each([
  ["203.0.113.7", "203.0.113.7"],
  ["::ffff:203.0.113.7", "203.0.113.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::1", "2001:db8:1:2::/64"],
  ["fe80::1%eth0", "fe80::/64"],
  ["", ""],
  ["no address", "no address"],
])("%s counts as %s", (address, prefix) => {
  expect(addressPrefix(address)).toBe(prefix);
});
