import { expect, test } from "vitest";
import type { ChannelModel } from "./channel";
import { mapModel } from "./map-model";

const pattern = (name: string, upstream = name): ChannelModel => ({ name, upstream });
const CHANNEL = {
  models: new Map([["gpt-4o", pattern("gpt-4o", "gpt-4o-2026")]]),
  patterns: [pattern("gpt-4*", "gpt-4-any"), pattern("gpt-*"), pattern("*", "fallback")],
};

test.each([
  ["an exact name wins over every prefix", "gpt-4o", "gpt-4o-2026"],
  ["the longest prefix wins", "gpt-4o-mini", "gpt-4-any"],
  ["a prefix without a name of its own leaves the name as it is", "gpt-5", "gpt-5"],
  ["a prefix is met by nothing more than itself", "gpt-4", "gpt-4-any"],
  ["what no prefix fits is the asterisk's", "claude", "fallback"],
  ["a mapped name is not mapped again", "fallback", "fallback"],
])("%s", (_, model, upstream) => {
  expect(mapModel(CHANNEL, model)).toBe(upstream);
});

test("without a prefix that fits the model is not served", () => {
  expect(mapModel({ models: CHANNEL.models, patterns: [pattern("gpt-*")] }, "claude")).toBeNull();
  expect(mapModel({ models: CHANNEL.models, patterns: [] }, "GPT-4o")).toBeNull();
});
