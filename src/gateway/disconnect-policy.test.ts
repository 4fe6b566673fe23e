import { expect, test } from "vitest";
import { disconnectPolicy } from "./disconnect-policy";

test.each([
  ["https://api.openai.com", null, true, "abort"],
  ["https://api.anthropic.com", null, true, "abort"],
  ["https://acme.openai.azure.com", null, true, "abort"],
  ["https://api.openai.com.evil.test", null, true, "drain"],
  ["https://openrouter.ai", null, true, "drain"],
  ["https://api.openai.com", "drain", true, "drain"],
  ["https://openrouter.ai", "abort", true, "abort"],
  ["https://api.openai.com", null, false, "drain"],
  ["https://openrouter.ai", "abort", false, "drain"],
] as const)("%s with %s, streamed %s: %s", (...[baseUrl, onDisconnect, isStream, expected]) => {
  expect(disconnectPolicy({ baseUrl, onDisconnect }, isStream)).toBe(expected);
});
