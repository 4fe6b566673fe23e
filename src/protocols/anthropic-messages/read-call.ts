import type { OperationName } from "@/core/vocabulary";
import type { Call } from "../protocol";
import { readModel, readStream, readText, readTokenLimit, scanOrThrow } from "../read-fields";
import { readToolUnits } from "../read-tool-units";
import { governedFields } from "../scan-body";
import { messagesTier } from "./read-usage";
import { COUNTED_TOOL, MESSAGES_FIELDS } from "./wire";

const FIELDS = governedFields(MESSAGES_FIELDS);

/** What a Messages body asks for. The scan is the body's. Throws `invalid_json`, `invalid_body`, `model_required`. */
export function readMessagesCall(body: Uint8Array, operation: OperationName): Call {
  const scan = scanOrThrow(body, FIELDS);
  const model = readModel(scan);
  return {
    operation,
    model,
    stream: readStream(scan),
    // The usage is a part of this format's streams and never taken out.
    asksStreamUsage: true,
    maxOutputTokens: readTokenLimit(scan, "max_tokens"),
    choices: 1,
    hasTools: scan.members.has("tools"),
    toolUnits: readToolUnits(scan, COUNTED_TOOL),
    tier: readText(scan, "speed") === "fast" ? "fast" : messagesTier(readText(scan, "service_tier")),
    textBytes: scan.textBytes,
    blobCount: scan.blobCount,
    scan,
  };
}
