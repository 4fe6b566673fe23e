import { AI_NAMES, aiClient } from "./support/ai-clients";
import { expectedOfAi } from "./support/expected-of-ai";
import { langchainClient } from "./support/langchain-clients";
import { OPENAI_NAMES, openaiResponsesClient } from "./support/openai-clients";
import { type Expected, proveClient } from "./support/prove-client";

const RESPONSES = { protocol: "openai-responses", heartbeat: ": ping\n\n" } as const;

const OPENAI: Expected = {
  ...RESPONSES,
  attempts: { terminal: 1, transient: 2 },
  errors: {
    400: "BadRequestError",
    429: "RateLimitError",
    500: "InternalServerError",
    inStream: "FailedResponse",
    denied: "RateLimitError",
  },
};
// An event `error` is thrown by version 7 and handed over by version 6.
const BARE = { "openai 7": "APIError", "openai 6": "ErrorEvent" } as const;
for (const name of OPENAI_NAMES)
  proveClient(openaiResponsesClient(name), { ...OPENAI, errors: { ...OPENAI.errors, bareInStream: BARE[name] } });

for (const name of AI_NAMES) {
  const expected = expectedOfAi(name, RESPONSES);
  const { inStream } = expected.errors;
  proveClient(aiClient(name, "responses"), { ...expected, errors: { ...expected.errors, bareInStream: inStream } });
}

// It passes over `response.failed`: what came before it looks like the whole text.
proveClient(langchainClient("responses"), {
  ...OPENAI,
  errors: { ...OPENAI.errors, inStream: null, bareInStream: "APIError" },
});
