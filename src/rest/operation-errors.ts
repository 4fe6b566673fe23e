import { ERRORS, type ErrorCode, errorRow } from "@/core/errors";
import type { Operation } from "@/operations/operation";

/** What any call can be answered with. */
const ALWAYS: readonly ErrorCode[] = [
  ...(["validation_failed", "host_not_allowed"] as const),
  ...(["internal_error", "database_unavailable"] as const),
];
/** What a call can be answered with that must say who makes it. */
const OF_CLOSED: readonly ErrorCode[] = ["unauthenticated", "forbidden"];
/** What a call can be answered with that is no GET: another site's page, or a body that is none. */
const OF_UNSAFE: readonly ErrorCode[] = ["cross_origin", "malformed_json", "request_too_large"];

/** Every code that an operation can be refused or fail with over REST, by status; both in order, codes in that of the table. */
export function errorsByStatus(operation: Operation): ReadonlyMap<number, readonly ErrorCode[]> {
  const codes = new Set<ErrorCode>([
    ...operation.errors,
    ...ALWAYS,
    ...(operation.permission === null ? [] : OF_CLOSED),
    ...(operation.method === "GET" ? [] : OF_UNSAFE),
  ]);
  const inOrder = (Object.keys(ERRORS) as ErrorCode[]).filter((code) => codes.has(code));
  const byStatus = Map.groupBy(inOrder, (code) => errorRow(code).status);
  return new Map([...byStatus].sort(([a], [b]) => a - b));
}
