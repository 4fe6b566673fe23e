import { isJsonRecord, parseJson, recordAt, textAt } from "./parse-json";

const ACCOUNT_STATUSES: ReadonlySet<number> = new Set([401, 402, 403]);
const ACCOUNT_CODES: ReadonlySet<string | null> = new Set([
  "insufficient_quota",
  "usage_limit_reached",
  "billing_hard_limit_reached",
]);

/** True when a failed reply is the fault of the operator's account: never relayed, its body may show the credential (3.4). */
export function isAccountError(status: number, body: Uint8Array): boolean {
  if (ACCOUNT_STATUSES.has(status)) return true;
  if (status !== 429) return false;
  const parsed = parseJson(body);
  if (!isJsonRecord(parsed)) return false;
  const error = recordAt(parsed, "error");
  return ACCOUNT_CODES.has(textAt(error, "code")) || ACCOUNT_CODES.has(textAt(error, "type"));
}
