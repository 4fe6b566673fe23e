import { type ErrorCode, type ErrorParams, errorRow } from "@/core/errors";

/** Parameters of codes that have some. */
const PARAMS: Partial<Record<ErrorCode, ErrorParams>> = {
  request_too_large: { maxBytes: 1_048_576 },
  too_many_attempts: { retryAfterSeconds: 42 },
  base_url_forbidden: { class: "metadata" },
};

/** A problem with a code, as a call is answered with it. */
export function problemExample(code: ErrorCode) {
  return {
    type: `urn:sluice:error:${code}`,
    title: code,
    status: errorRow(code).status,
    code,
    params: PARAMS[code] ?? {},
    requestId: "req_019ad5c2f0c97c3e8a8f5d1f2b3c4d5e",
    ...(code === "validation_failed" ? { fields: [{ path: "name", code: "name_required" }] } : {}),
  };
}
