import { NOW, REQUEST_ID, wholeList } from "../example-parts";
import type { ExamplesOf } from "../operation-example";
import type { DenialItem } from "./schema";

const denial: DenialItem = {
  id: REQUEST_ID,
  at: NOW,
  user: { id: 12, name: "ada" },
  key: { id: 31, name: "laptop", prefix: "sk-sluice-Ab12" },
  protocol: "openai-chat",
  operation: "chat",
  model: "gpt-4o",
  status: 429,
  code: "limit_exceeded",
  params: { limit: "frontier", window: "daily", unit: "usd", cap: "10" },
};

/** Examples of the operations on denials. */
export const DENIAL_EXAMPLES: ExamplesOf<"denials.list" | "denials.get"> = {
  "denials.list": {
    input: { userId: 12, from: "2026-11-21T00:00:00Z" },
    output: wholeList(denial),
  },
  "denials.get": { input: { id: REQUEST_ID }, output: denial },
};
