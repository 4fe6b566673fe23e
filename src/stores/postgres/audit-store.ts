import type { AuditStore } from "@/core/audit/audit";
import type { Handle } from "./handle";
import { auditLog } from "./schema/audit-log";

/** The append-only audit log in PostgreSQL. */
export function auditStore(tx: Handle): AuditStore {
  return {
    async insert(rows) {
      if (rows.length > 0) await tx.insert(auditLog).values([...rows]);
    },
  };
}
