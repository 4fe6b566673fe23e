import { expect, test } from "vitest";
import type { Channel } from "@/operations/channels/channel";
import { matchesSearch } from "./search-params";

const channel = {
  name: "Main",
  baseUrl: "https://api.openai.com",
  protocols: ["openai-chat"],
  models: [{ name: "fast", upstream: "gpt-5-mini" }],
  enabled: true,
} as unknown as Channel;
const all = { q: "", protocol: null, state: null };

test.each(["main", "OPENAI.com", "fast", "mini"])("the search finds %s in name, address and models", (q) => {
  expect(matchesSearch(channel, { ...all, q })).toBe(true);
});

test("what no word has is not found", () => {
  expect(matchesSearch(channel, { ...all, q: "claude" })).toBe(false);
});

test("every filter must let the channel through", () => {
  expect(matchesSearch(channel, { ...all, protocol: "anthropic-messages" })).toBe(false);
  expect(matchesSearch(channel, { ...all, protocol: "openai-chat", state: "enabled" })).toBe(true);
  expect(matchesSearch(channel, { q: "main", protocol: "openai-chat", state: "disabled" })).toBe(false);
});
