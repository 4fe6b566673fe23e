import { AI_NAMES, aiClient } from "./support/ai-clients";
import { expectedOfAi } from "./support/expected-of-ai";
import { GENAI_NAMES, genaiClient } from "./support/genai-clients";
import { langchainClient } from "./support/langchain-clients";
import { COUNTED, type Expected, proveClient } from "./support/prove-client";

const GEMINI = { protocol: "gemini", heartbeat: null } as const;

const GENAI: Expected = {
  ...GEMINI,
  // It never calls again by itself.
  attempts: { terminal: 1, transient: 1 },
  errors: { 400: "ApiError", 429: "ApiError", 500: "ApiError", inStream: "ApiError", denied: "ApiError" },
};
for (const name of GENAI_NAMES) proveClient(genaiClient(name), GENAI);

// An event that is none of its own ends a stream of version 6 as a failed call.
const IN_STREAM = { "ai 7": "StreamProviderError", "ai 6": "APICallError" } as const;
for (const name of AI_NAMES) {
  const expected = expectedOfAi(name, GEMINI);
  proveClient(aiClient(name, "gemini"), { ...expected, errors: { ...expected.errors, inStream: IN_STREAM[name] } });
}

proveClient(langchainClient("gemini"), {
  ...GEMINI,
  attempts: { terminal: 1, transient: 2 },
  // It leaves out what was thought.
  shown: ({ input, output }) => ({ input, output: output - COUNTED.reasoningTokens }),
  // It passes over an error inside a stream: what came before it looks like the whole text.
  errors: {
    400: "GoogleGenerativeAIFetchError",
    429: "GoogleGenerativeAIFetchError",
    500: "GoogleGenerativeAIFetchError",
    inStream: null,
    denied: "GoogleGenerativeAIFetchError",
  },
});
