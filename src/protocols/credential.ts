import { AppError } from "@/core/errors";
import type { GatewayRequest } from "./exchange";

/** The headers that may carry a key (protocols-and-pricing.md 2.1); none of them is ever sent upstream. */
export const CREDENTIAL_HEADERS = ["authorization", "x-api-key", "x-goog-api-key", "api-key"] as const;

/**
 * The key of a request. All values given must be equal.
 * @throws `missing_credential`, `credential_conflict`
 */
export function readCredential(request: GatewayRequest): string {
  let found: string | null = null;
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
  if (value === undefined) return null;
  const text = header === "authorization" ? (/^bearer[ \t]+(.*)$/i.exec(value)?.[1] ?? "") : value;
  return text.trim() === "" ? null : text.trim();
}
