import type { AiName } from "./ai-clients";
import type { Expected } from "./prove-client";

/** What stands in the place of an event of a stream, version 6 hands over as it is, and version 7 as an error. */
const IN_STREAM = { "ai 7": "StreamProviderError", "ai 6": "object" } as const;

/** What is known of the package `ai` with any provider. It reads neither `x-should-retry` nor a wait above 60 s. */
export function expectedOfAi(name: AiName, own: Pick<Expected, "protocol" | "heartbeat">): Expected {
  return {
    ...own,
    attempts: { terminal: 3, transient: 2 },
    errors: {
      400: "APICallError",
      429: "APICallError",
      500: "APICallError",
      inStream: IN_STREAM[name],
      denied: "RetryError",
    },
  };
}
