import { AppError } from "@/core/errors";
import type { GatewayRequest } from "./exchange";

/** The headers that may carry a key (protocols-and-pricing.md 2.1); none of them is ever sent upstream. */
export const CREDENTIAL_HEADERS = ["authorization", "x-api-key", "x-goog-api-key", "api-key"] as const;

/**
 * The key of a request: from its headers, and on model lists, the only routes of method GET, also from `?key=`. All values given must be equal.
 * @throws `missing_credential`, `credential_conflict`
 */
export function readCredential(request: GatewayRequest): string {
  let found = request.method === "POST" ? null : textOrNull(request.query.get("key"));
  for (const header of CREDENTIAL_HEADERS) {
    const value = credentialOf(header, request.headers[header]);
    if (value === null) continue;
    if (found !== null && found !== value) throw new AppError("credential_conflict");
    found = value;
  }
  if (found === null) throw new AppError("missing_credential");
  return found;
}

/** The value of one header; null when it is absent, empty or of another scheme than Bearer. */
function credentialOf(header: string, value: string | undefined): string | null {
  if (value === undefined || header !== "authorization") return textOrNull(value);
  return textOrNull(/^bearer[ \t]+(.*)$/i.exec(value)?.[1]);
}

function textOrNull(value: string | null | undefined): string | null {
  const text = value?.trim() ?? "";
  return text === "" ? null : text;
}
