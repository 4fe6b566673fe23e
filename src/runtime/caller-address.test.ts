import { expect, test } from "vitest";
import { createCallerAddress } from "./caller-address";

test.each([
  ["the peer, when no proxy is trusted", [], "203.0.113.9", "198.51.100.1", "203.0.113.9"],
  ["the peer, when it is no trusted proxy", ["10.0.0.0/8"], "203.0.113.9", "198.51.100.1", "203.0.113.9"],
  ["what a trusted proxy forwards", ["10.0.0.0/8"], "10.1.2.3", "198.51.100.1", "198.51.100.1"],
  [
    "the last address that no trusted proxy wrote",
    ["10.0.0.0/8"],
    "10.1.2.3",
    "6.6.6.6, 198.51.100.1, 10.9.9.9",
    "198.51.100.1",
  ],
  ["the proxy itself, when it forwards nothing", ["10.0.0.0/8"], "10.1.2.3", undefined, "10.1.2.3"],
  ["the proxy itself, when it forwards garbage", ["10.0.0.0/8"], "10.1.2.3", "unknown", "10.1.2.3"],
  ["plain IPv4 for a mapped peer", ["10.0.0.0/8"], "::ffff:10.1.2.3", "198.51.100.1", "198.51.100.1"],
  [
    "the first address, when all hops are trusted proxies",
    ["10.0.0.0/8"],
    "10.1.2.3",
    "10.4.4.4, 10.9.9.9",
    "10.4.4.4",
  ],
  [
    "behind two trusted proxies",
    ["10.0.0.0/8", "192.0.2.1"],
    "10.1.2.3",
    "6.6.6.6, 198.51.100.1, 192.0.2.1",
    "198.51.100.1",
  ],
  ["IPv6 behind a single trusted address", ["2001:db8::1"], "2001:db8::1", "2001:db8::99", "2001:db8::99"],
] as const)("the caller is %s", (...[, trusted, peer, forwardedFor, expected]) => {
  expect(createCallerAddress(trusted)(peer, forwardedFor)).toBe(expected);
});
