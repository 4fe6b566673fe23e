import { isAccountError } from "../account-error";
import { isJsonRecord, parseJson, recordAt } from "../parse-json";

/** As in every protocol (protocols-and-pricing.md 3.4); besides, Google refuses a credential that it does not know with status 400. */
export function isGeminiAccountError(status: number, body: Uint8Array): boolean {
  return isAccountError(status, body) || (status === 400 && reasonsIn(body).includes("API_KEY_INVALID"));
}

/** The reasons in the details of an error, which a stream that is one JSON array wraps into one. */
function reasonsIn(body: Uint8Array): readonly unknown[] {
  const parsed = parseJson(body);
  const reply: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
  const { details } = isJsonRecord(reply) ? recordAt(reply, "error") : {};
  if (!Array.isArray(details)) return [];
  return details.map((detail: unknown) => (isJsonRecord(detail) ? detail.reason : null));
}
