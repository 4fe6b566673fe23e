import { describe, expect, test } from "vitest";
import { isGatewayPath, normalisePath } from "./normalise-path";

describe("the canonical path", () => {
  test.each([
    ["POST", "/v1/messages", "/v1/messages"],
    ["POST", "//v1///messages/", "/v1/messages"],
    ["POST", "/v1/v1/messages", "/v1/messages"],
    ["POST", "/v1/v1beta/models/x:countTokens", "/v1beta/models/x:countTokens"],
    ["POST", "/v1beta/v1beta/models/x:countTokens", "/v1beta/models/x:countTokens"],
    ["POST", "/chat/completions", "/v1/chat/completions"],
    ["POST", "/messages", "/v1/messages"],
    ["POST", "/messages/count_tokens/", "/v1/messages/count_tokens"],
    ["POST", "/models/gemini-3:generateContent", "/v1/models/gemini-3:generateContent"],
    ["GET", "/chat/completions", "/chat/completions"],
    ["GET", "/models", "/models"],
    ["POST", "/batches", "/batches"],
    ["GET", "/v1", "/v1"],
    ["GET", "/", "/"],
    ["POST", "/v1/%63hat/completions", "/v1/chat/completions"],
  ])("of %s %s is %s", (method, path, expected) => {
    expect(normalisePath(method, path)).toBe(expected);
  });

  test.each([
    ["/v1/models/meta/llama:free", "/v1/models/meta/llama:free"],
    ["/v1/models/meta%2Fllama", "/v1/models/meta/llama"],
    ["/v1/models/a%25b", "/v1/models/a%b"],
  ])("of a model's %s is %s", (path, expected) => {
    expect(normalisePath("GET", path)).toBe(expected);
  });

  test.each([
    ["/v1/%zz", "invalid_path"],
    ["/v1/%c3%28", "invalid_path"],
    ["/v1/../admin", "endpoint_not_supported"],
    ["/v1/%2e%2e/admin", "endpoint_not_supported"],
    ["/v1/models/..", "endpoint_not_supported"],
    ["/v1/./messages", "endpoint_not_supported"],
    ["/v1/chat%2Fcompletions", "endpoint_not_supported"],
  ])("%s is refused as %s", (path, code) => {
    expect(() => normalisePath("POST", path)).toThrow(code);
  });
});

test.each([
  ["POST", "/v1/anything", true],
  ["GET", "//v1beta/models", true],
  ["POST", "/messages", true],
  ["GET", "/messages", false],
  ["GET", "/v10/x", false],
  ["GET", "/en/admin/keys", false],
  ["GET", "/", false],
  ["POST", "/v1/%zz", true],
])("%s %s belongs to the gateway: %s", (method, path, expected) => {
  expect(isGatewayPath(method, path)).toBe(expected);
});
