import { AppError } from "@/core/errors";
import { NO_TOOLS } from "@/core/prices/cost-counts";
import { openaiTier } from "../openai-tier";
import type { Call, CallAsk } from "../protocol";
import {
  readFlag,
  readMarks,
  readModel,
  readObjectId,
  readOpenLimit,
  readSeenText,
  readStream,
  readText,
  scanOrThrow,
} from "../read-fields";
import { type BodyScan, governedFields } from "../scan-body";
import { declaredTools } from "./declared-tools";
import { RESPONSES_CONVERSATION, RESPONSES_FIELDS } from "./wire";

const FIELDS = governedFields(RESPONSES_FIELDS, RESPONSES_CONVERSATION);

/** What reading leaves for building the upstream request: the scan of the body; null: the call is about a stored response and has none. */
export type ResponsesScan = BodyScan | null;

/** What a Responses request asks for. Throws `invalid_json`, `invalid_body`, `model_required`, `background_not_supported`. */
export function readResponsesCall(ask: CallAsk): Call {
  return ask.names.responseId === null ? bodyCall(ask) : storedCall(ask, ask.names.responseId);
}

function bodyCall({ body, route }: CallAsk): Call {
  const scan = scanOrThrow(body, FIELDS);
  const model = readModel(scan);
  // Its spend could neither be held nor settled while the client waits for it (protocols-and-pricing.md N2).
  if (readFlag(scan, "background")) throw new AppError("background_not_supported");
  const result: ResponsesScan = scan;
  return {
    ...NOTHING_ASKED,
    operation: route.operation,
    line: route,
    model,
    stream: readStream(scan) && route.class === "M",
    maxOutputTokens: readOpenLimit(scan, "max_output_tokens"),
    hasTools: scan.members.has("tools"),
    toolUnits: declaredTools(scan),
    tier: openaiTier(readText(scan, "service_tier")),
    textBytes: scan.textBytes,
    blobCount: scan.blobCount,
    scan: result,
    conversation: readSeenText(scan, RESPONSES_CONVERSATION),
    marks: readMarks(scan, RESPONSES_CONVERSATION),
    previousResponseId: readObjectId(scan, "previous_response_id"),
  };
}

/** A call about a stored response: its path says all but the model, which the response's home knows. */
function storedCall({ request, route }: CallAsk, responseId: string): Call {
  const scan: ResponsesScan = null;
  return {
    ...NOTHING_ASKED,
    operation: route.operation,
    line: { method: route.method, path: route.path.replace("{id}", () => encodeURIComponent(responseId)) },
    stream: route.method === "GET" && request.query.get("stream") === "true",
    scan,
  };
}

const NOTHING_ASKED = {
  model: "",
  secondaryModels: [],
  // The usage is a part of this format's streams and never taken out.
  asksStreamUsage: true,
  maxOutputTokens: null,
  choices: 1,
  hasTools: false,
  toolUnits: NO_TOOLS,
  tier: openaiTier(null),
  textBytes: 0,
  blobCount: 0,
  conversation: null,
  previousResponseId: null,
} as const satisfies Partial<Call>;
