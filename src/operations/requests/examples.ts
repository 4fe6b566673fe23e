import { NOW, REQUEST_ID, wholeList } from "../example-parts";
import type { ExamplesOf } from "../operation-example";
import type { OwnRequestItem, RequestDetail, RequestItem } from "./schema";

const own: OwnRequestItem = {
  ...{ id: REQUEST_ID, at: NOW, outcome: "ok", status: 200, code: null },
  key: { id: 31, name: "laptop", prefix: "sk-sluice-Ab12" },
  ...{ protocol: "openai-chat", operation: "chat", model: "gpt-4o", stream: true },
  ...{ inputTokens: 1_200, cachedTokens: 0, outputTokens: 400, costUsd: "0.007", costSource: "upstream" },
  ...{ firstByteMs: 480, durationMs: 3_910 },
};
const channel = { id: 3, name: "openai-main" };
const item: RequestItem = { ...own, user: { id: 12, name: "ada" }, channel, upstreamModel: "gpt-4o" };
const lines = [
  { component: "input_text", quantity: 1_200, unit: "usdPerMtok" as const, price: "2.5", costUsd: "0.003" },
  { component: "output_text", quantity: 400, unit: "usdPerMtok" as const, price: "10", costUsd: "0.004" },
];
const entry = {
  ...{ attempt: 1, outcome: "ok", costUsd: "0.007", costSource: "upstream" as const, tokens: 1_600 },
  ...{ tier: "standard", flags: [], listCostUsd: "0.007", lines },
};
const detail: RequestDetail = {
  ...item,
  params: {},
  attempts: [{ attempt: 1, channel, startedAt: NOW, firstByteMs: 480, status: 200, code: null }],
  entries: [{ ...entry, channel, channelMultiplier: "1", groupMultiplier: "1", pricingVersion: 117, priceIds: [77] }],
  upstreamRequestId: "chatcmpl-example",
  decision: null,
};

/** Examples of the operations on requests. */
export const REQUEST_EXAMPLES: ExamplesOf<
  ("requests.list" | "requests.get" | "requests.recompute") | ("me.requests.list" | "me.requests.get")
> = {
  "requests.list": {
    input: { userId: 12, outcome: "ok", from: "2026-11-21T00:00:00Z" },
    output: wholeList(item),
  },
  "requests.get": { input: { id: REQUEST_ID }, output: detail },
  "requests.recompute": {
    input: { id: REQUEST_ID },
    output: {
      ...{ id: REQUEST_ID, isEqual: true },
      entries: [{ attempt: 1, costUsd: "0.007", computedUsd: "0.007", isEqual: true }],
    },
  },
  "me.requests.list": { input: { model: "gpt-4o" }, output: wholeList(own) },
  "me.requests.get": { input: { id: REQUEST_ID }, output: { ...own, attempts: 1, entries: [entry] } },
};
