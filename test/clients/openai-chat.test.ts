import { AI_NAMES, aiClient } from "./support/ai-clients";
import { expectedOfAi } from "./support/expected-of-ai";
import { langchainClient } from "./support/langchain-clients";
import { OPENAI_NAMES, openaiChatClient } from "./support/openai-clients";
import { type Expected, proveClient } from "./support/prove-client";

const CHAT = { protocol: "openai-chat", heartbeat: ": ping\n\n" } as const;

const OPENAI: Expected = {
  ...CHAT,
  attempts: { terminal: 1, transient: 2 },
  canDeclineUsage: true,
  errors: {
    400: "BadRequestError",
    429: "RateLimitError",
    500: "InternalServerError",
    inStream: "APIError",
    denied: "RateLimitError",
  },
};
for (const name of OPENAI_NAMES) proveClient(openaiChatClient(name), OPENAI);

for (const name of AI_NAMES) {
  proveClient(aiClient(name, "chat"), expectedOfAi(name, CHAT));
  proveClient(aiClient(name, "compatible"), { ...expectedOfAi(name, CHAT), canDeclineUsage: true });
}

proveClient(langchainClient("chat"), OPENAI);
