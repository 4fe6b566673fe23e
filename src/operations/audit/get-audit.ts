import { existing } from "../existing";
import { defineOperation } from "../operation";
import { auditItem } from "./audit-output";
import { AuditItem, GetAuditInput } from "./schema";

/** One entry of the audit log. */
export const getAudit = defineOperation({
  name: "audit.get",
  method: "GET",
  path: "/audit/{id}",
  summary: "Reads one entry of the audit log.",
  permission: "audit:read",
  input: GetAuditInput,
  output: AuditItem,
  errors: ["not_found"],
  async run({ id }, { ports }) {
    return { output: auditItem(existing(await ports.audit.find(id))) };
  },
});
