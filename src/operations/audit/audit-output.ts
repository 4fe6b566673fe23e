import type { AuditEntry } from "@/core/audit/audit";
import { toIso } from "../to-output";
import type { AuditItem } from "./schema";

/** A row of the audit log as the API shows it. */
export function auditItem(row: AuditEntry): AuditItem {
  const { id, via, address, operation, target, before, after } = row;
  const actor = { kind: row.actorKind, userId: row.actorUserId, name: row.actorName };
  return {
    id,
    at: toIso(row.at),
    via,
    actor,
    address,
    operation,
    target,
    before: before ?? null,
    after: after ?? null,
  };
}
