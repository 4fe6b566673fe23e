import { AI_NAMES, aiClient } from "./support/ai-clients";
import { ANTHROPIC_NAMES, anthropicClient } from "./support/anthropic-clients";
import { expectedOfAi } from "./support/expected-of-ai";
import { langchainClient } from "./support/langchain-clients";
import { type Expected, proveClient } from "./support/prove-client";

const MESSAGES = { protocol: "anthropic-messages", heartbeat: "event: ping\n" } as const;

const ANTHROPIC: Expected = {
  ...MESSAGES,
  attempts: { terminal: 1, transient: 2 },
  errors: {
    400: "BadRequestError",
    429: "RateLimitError",
    500: "InternalServerError",
    inStream: "APIError",
    denied: "RateLimitError",
  },
};
// Version 1 has a class of its own for a spent limit of money.
const DENIED = { "@anthropic-ai/sdk 1": "EnforcedSpendLimitReachedError", "@anthropic-ai/sdk 0": "RateLimitError" };
for (const name of ANTHROPIC_NAMES)
  proveClient(anthropicClient(name), {
    ...ANTHROPIC,
    errors: { ...ANTHROPIC.errors, denied: DENIED[name], deniedRequests: "RateLimitError" },
  });

for (const name of AI_NAMES) proveClient(aiClient(name, "messages"), expectedOfAi(name, MESSAGES));

proveClient(langchainClient("messages"), {
  ...ANTHROPIC,
  // It adds what `message_start` tells of the output, one token, to what `message_delta` counts.
  shown: ({ input, output }, isStream) => ({ input, output: isStream ? output + 1 : output }),
});
