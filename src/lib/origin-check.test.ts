import { expect, test } from "vitest";
import { isHostAllowed, isSameOrigin } from "./origin-check";

const PUBLIC = "https://llm.example.com";

test.each<[string, Record<string, string>, boolean]>([
  ["the browser says same-origin", { "sec-fetch-site": "same-origin", host: "x" }, true],
  ["the browser says same-site", { "sec-fetch-site": "same-site", host: "x", origin: "https://x" }, false],
  ["the browser says cross-site", { "sec-fetch-site": "cross-site", host: "x", origin: "https://x" }, false],
  ["a page was typed into the address bar", { "sec-fetch-site": "none", host: "x" }, false],
  ["the origin is the host asked", { origin: "http://localhost:3000", host: "localhost:3000" }, true],
  ["the origin has another port", { origin: "http://localhost:4000", host: "localhost:3000" }, false],
  ["the origin is the public one", { origin: PUBLIC, host: "10.0.0.1:3000" }, true],
  ["the origin is opaque", { origin: "null", host: "localhost" }, false],
  ["nothing tells where it came from", { host: "localhost" }, false],
])("a state change when %s", (...[, headers, expected]) => {
  expect(isSameOrigin(new Headers(headers), PUBLIC)).toBe(expected);
});

test.each([
  ["localhost:3000", true],
  ["127.0.0.1:3000", true],
  ["[::1]:3000", true],
  ["192.168.1.7", true],
  ["llm.example.com", true],
  ["llm.example.com:8443", true],
  ["evil.example", false],
  ["localhost.evil.example", false],
  ["llm.example.com.evil.example", false],
  ["", false],
  ["a b", false],
])("the host %j is judged", (host, expected) => {
  expect(isHostAllowed(host, PUBLIC)).toBe(expected);
});

test("without a public URL names other than loopback are refused", () => {
  expect(isHostAllowed("llm.example.com", null)).toBe(false);
  expect(isHostAllowed(null, null)).toBe(false);
});
