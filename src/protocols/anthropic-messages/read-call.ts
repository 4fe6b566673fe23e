import type { Call, CallAsk } from "../protocol";
import { readModel, readSeenText, readStream, readText, readTokenLimit, scanOrThrow } from "../read-fields";
import { readToolUnits } from "../read-tool-units";
import { type BodyScan, governedFields, isScanError, scanBody } from "../scan-body";
import { readSecondaryModels } from "./read-secondary-models";
import { messagesTier } from "./read-usage";
import { COUNTED_TOOL, MESSAGES_FIELDS, METADATA, USER_ID } from "./wire";

const FIELDS = governedFields(MESSAGES_FIELDS, [METADATA]);
const METADATA_FIELDS = governedFields([], [USER_ID]);
/** A longer one names no conversation. */
const MAX_METADATA_BYTES = 4096;

/** What a Messages body asks for. The scan is the body's. Throws `invalid_json`, `invalid_body`, `model_required`. */
export function readMessagesCall({ body, route }: CallAsk): Call {
  const scan = scanOrThrow(body, FIELDS);
  const model = readModel(scan);
  const userId = userIdOf(scan);
  return {
    operation: route.operation,
    line: route,
    model,
    secondaryModels: readSecondaryModels(scan),
    stream: readStream(scan) && route.class === "M",
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
    conversation: userId,
    marks: userId === null ? undefined : { [`${METADATA}.${USER_ID}`]: userId },
    previousResponseId: null,
  };
}

/** `metadata.user_id`, which clients make of their user and session. */
function userIdOf(scan: BodyScan): string | null {
  const metadata = scan.seen.get(METADATA);
  if (metadata?.type !== "object" || metadata.valueEnd - metadata.valueStart > MAX_METADATA_BYTES) return null;
  const inner = scanBody(scan.bytes.subarray(metadata.valueStart, metadata.valueEnd), METADATA_FIELDS);
  return isScanError(inner) ? null : readSeenText(inner, [USER_ID]);
}
