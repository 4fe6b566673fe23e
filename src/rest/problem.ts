import type { AppError } from "@/core/errors";
import { problemResponse } from "@/lib/problem-json";

/**
 * An error as problem+json (dashboard.md 7.7): its code, parameters and wrong fields, of a conflict what is there now; of a fault nothing
 * but the request id. A 401 names how to come in.
 */
export function problem(error: AppError, requestId: string, headers: Readonly<Record<string, string>> = {}): Response {
  const { code, status, params, fields, current } = error;
  const isFault = code === "internal_error";
  const parts = { code, status, requestId, params: isFault ? {} : params, fields: isFault ? [] : fields, current };
  const challenge = status === 401 ? { "www-authenticate": "Bearer" } : {};
  return problemResponse(parts, { "x-sluice-request-id": requestId, ...challenge, ...headers });
}
