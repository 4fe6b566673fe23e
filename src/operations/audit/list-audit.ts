import type { AuditCursor } from "@/core/audit/audit";
import { givenFilters, readListCursor, writeListCursor } from "../list-cursor";
import { defineOperation } from "../operation";
import { auditItem } from "./audit-output";
import { AuditList, ListAuditInput } from "./schema";

/** What was changed, newest first. */
export const listAudit = defineOperation({
  name: "audit.list",
  method: "GET",
  path: "/audit",
  summary: "Lists what was changed, by whom and from where, newest first.",
  permission: "audit:read",
  input: ListAuditInput,
  output: AuditList,
  errors: ["cursor_invalid", "cursor_mismatch"],
  async run({ cursor, limit, from, to, ...asked }, { ports }) {
    const filter = givenFilters({ ...asked, from: instantOf(from), to: instantOf(to) });
    const page = await ports.audit.list(filter, { limit, after: readListCursor(cursor, filter, readPosition) });
    const last = page.items.at(-1);
    return {
      output: {
        items: page.items.map(auditItem),
        nextCursor: page.nextCursor === null || last === undefined ? null : writeListCursor([last.at, last.id], filter),
        total: page.total,
      },
    };
  },
});

function instantOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text);
}

function readPosition([at, id]: readonly unknown[]): AuditCursor | null {
  if (typeof at !== "number" || !Number.isSafeInteger(at) || Math.abs(at) > 8.64e15) return null;
  return typeof id === "number" && Number.isSafeInteger(id) && id > 0 ? { at, id } : null;
}
