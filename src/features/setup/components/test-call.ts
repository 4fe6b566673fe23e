import type { ProtocolId } from "@/core/vocabulary";

/** What the test request asks: one short sentence, at most 64 tokens back. */
export const TEST_OUTPUT_TOKENS = 64;

/** One call of the wizard's test: where it goes and what it says. */
export type TestCall = {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** Models that take the newer name of the output cap only. */
const COMPLETION_TOKENS_ONLY = /^(o\d|gpt-5)/;

const CALLS: Partial<Record<ProtocolId, (model: string, key: string) => TestCall>> = {
  "openai-chat": (model, key) => ({
    path: "/v1/chat/completions",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({
      model,
      stream: true,
      [COMPLETION_TOKENS_ONLY.test(model) ? "max_completion_tokens" : "max_tokens"]: TEST_OUTPUT_TOKENS,
      stream_options: { include_usage: true },
      messages: [{ role: "user", content: PROMPT }],
    }),
  }),
  "anthropic-messages": (model, key) => ({
    path: "/v1/messages",
    headers: { "x-api-key": key, "anthropic-version": "2023-06-01", "content-type": "application/json" },
    body: JSON.stringify({
      model,
      stream: true,
      max_tokens: TEST_OUTPUT_TOKENS,
      messages: [{ role: "user", content: PROMPT }],
    }),
  }),
};

const PROMPT = "Say hello from behind the gateway in one short sentence.";

/** The streamed test call of a wire format with this model and key; null for a format without one. */
export function testCall(protocol: ProtocolId, model: string, key: string): TestCall | null {
  return CALLS[protocol]?.(model, key) ?? null;
}
