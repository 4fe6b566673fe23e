import type { DenialRow } from "@/core/ledger/denial-log";
import { requestIdOf } from "@/lib/id";
import { toIso } from "../to-output";
import type { DenialItem } from "./schema";

/** A refused request as the API shows it. */
export function denialItem(row: DenialRow): DenialItem {
  const { userId, userName, keyId, keyName, keyPrefix } = row;
  return {
    id: requestIdOf(row.id),
    at: toIso(row.at),
    user: userId === null ? null : { id: userId, name: userName },
    key: keyId === null && keyPrefix === null ? null : { id: keyId, name: keyName, prefix: keyPrefix },
    protocol: row.protocol,
    operation: row.operation,
    model: row.model,
    status: row.status,
    code: row.code,
    params: row.params,
  };
}
