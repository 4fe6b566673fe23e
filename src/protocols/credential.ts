import { AppError } from "@/core/errors";
import type { GatewayRequest } from "./exchange";

/** The headers that may carry a key (protocols-and-pricing.md 2.1); none of them is ever sent upstream. */
export const CREDENTIAL_HEADERS = ["authorization", "x-api-key", "x-goog-api-key", "api-key"] as const;

/**
 * The key of a request: from its headers, and on model lists also from `?key=`. All values given must be equal.
 * @throws `missing_credential`, `credential_conflict`
 */
export function readCredential(request: GatewayRequest): string {
  return credentialIn(request, MODEL_LIST.test(request.path));
}

/** However its path is spelled (protocols-and-pricing.md 1.1). */
const MODEL_LIST = /^\/+(?:v1(?:beta)?\/+)+models(?:\/|$)/;

/** The same for routes whose clients may put the key into the query of any call. */
export function readCredentialOrQuery(request: GatewayRequest): string {
  return credentialIn(request, true);
}

function credentialIn(request: GatewayRequest, takesQuery: boolean): string {
  const found = new Set(CREDENTIAL_HEADERS.map((header) => credentialOf(header, request.headers[header])));
  if (takesQuery) for (const value of request.query.getAll("key")) found.add(textOrNull(value));
  found.delete(null);
  if (found.size > 1) throw new AppError("credential_conflict");
  for (const value of found) if (value !== null) return value;
  throw new AppError("missing_credential");
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
