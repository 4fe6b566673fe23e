import { NO_TOOLS } from "@/core/prices/cost-counts";
import { openaiTier } from "../openai-tier";
import type { Call, CallAsk } from "../protocol";
import {
  countInputs,
  readChoices,
  readMarks,
  readModel,
  readOpenLimit,
  readSeenText,
  readStream,
  readText,
  scanOrThrow,
} from "../read-fields";
import { type BodyScan, governedFields } from "../scan-body";
import type { OpenAiScan } from "./openai-scan";
import { readFurtherModels } from "./read-further-models";
import { readStreamUsage } from "./stream-options";
import { CHAT_CONVERSATION, CHAT_FIELDS, PROMPT } from "./wire";

const FIELDS = governedFields(CHAT_FIELDS, CHAT_CONVERSATION);
const COMPLETION_FIELDS = governedFields([...CHAT_FIELDS, PROMPT], CHAT_CONVERSATION);

/** What a body of `chat` or `completion` asks for. Throws `invalid_json`, `invalid_body`, `model_required`. */
export function readChatCall({ body, route }: CallAsk): Call {
  const scan = scanOrThrow(body, route.operation === "completion" ? COMPLETION_FIELDS : FIELDS);
  const model = readModel(scan);
  const stream = readStream(scan);
  const usage = stream ? readStreamUsage(scan) : null;
  const result: OpenAiScan = { kind: "json", body: scan, usage };
  return {
    operation: route.operation,
    line: route,
    model,
    secondaryModels: readFurtherModels(scan),
    stream,
    asksStreamUsage: usage?.isAsked ?? false,
    maxOutputTokens: readTokenLimits(scan),
    // Each prompt of a completion is answered by itself.
    choices: Math.max(readChoices(scan, "n"), readChoices(scan, "best_of")) * countInputs(scan, PROMPT),
    hasTools: scan.members.has("tools"),
    // A chat reply counts no tools: what a vendor runs of them is never charged.
    toolUnits: NO_TOOLS,
    tier: openaiTier(readText(scan, "service_tier")),
    textBytes: scan.textBytes,
    blobCount: scan.blobCount,
    scan: result,
    conversation: readSeenText(scan, CHAT_CONVERSATION),
    marks: readMarks(scan, CHAT_CONVERSATION),
    previousResponseId: null,
  };
}

/** Of both spellings the larger: upstreams differ in which one they follow. */
function readTokenLimits(scan: BodyScan): number | null {
  const old = readOpenLimit(scan, "max_tokens");
  const current = readOpenLimit(scan, "max_completion_tokens");
  if (old === null || current === null) return old ?? current;
  return Math.max(old, current);
}
