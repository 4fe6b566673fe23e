import { expect, test } from "vitest";
import { normaliseBaseUrl } from "./base-url";

test.each([
  ["https://api.openai.com", "https://api.openai.com"],
  [" https://API.openai.com/ ", "https://api.openai.com"],
  ["https://api.openai.com/v1", "https://api.openai.com"],
  ["https://api.openai.com/v1/", "https://api.openai.com"],
  ["https://host/proxy/v1//", "https://host/proxy"],
  ["https://host/v1beta", "https://host"],
  ["https://host:443", "https://host"],
  ["http://127.1:8080", "http://127.0.0.1:8080"],
  ["http://0x7f.1", "http://127.0.0.1"],
  ["http://[::1]:9/x", "http://[::1]:9/x"],
])("%s is stored as %s", (given, stored) => {
  expect(normaliseBaseUrl(given)).toBe(stored);
});

test.each([
  "",
  "api.openai.com",
  "ftp://host",
  "file:///etc/passwd",
  "javascript:alert(1)",
  "https://",
  "https:///x",
  "https://user@host",
  "https://user:pass@host",
  "https://@host",
  "https://host?x=1",
  "https://host/?",
  "https://host#",
  "https:\\\\host",
  "https://host/a\\b",
  "https://ho st",
  "https://host/\u0000",
  "https://host/\r\nx",
  "https://host:99999",
  `https://host/${"x".repeat(2048)}`,
])("%j is no base URL", (given) => {
  expect(normaliseBaseUrl(given)).toBeNull();
});
