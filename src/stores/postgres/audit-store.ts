import { and, asc, desc, eq, gte, lt, or, type SQL, sql } from "drizzle-orm";
import type { AuditFilter, AuditStore } from "@/core/audit/audit";
import type { Handle } from "./handle";
import { auditLog } from "./schema/audit-log";

const COUNT_CAP = 10_000;
const iso = (at: number) => new Date(at).toISOString();

/** Text that an ILIKE pattern finds anywhere, taken literally. */
const anywhere = (text: string) => `%${text.replaceAll(/[\\%_]/g, "\\$&")}%`;

function ofOperation(operation: string): SQL {
  if (operation.includes(".")) return eq(auditLog.operation, operation);
  return sql`split_part(${auditLog.operation}, '.', 1) = ${operation}`;
}

function ofTarget(target: string): SQL {
  if (target.includes(":")) return eq(auditLog.target, target);
  return sql`split_part(${auditLog.target}, ':', 1) = ${target}`;
}

function matching(q: string): SQL | undefined {
  const pattern = anywhere(q);
  return or(
    sql`${auditLog.actorName} ilike ${pattern}`,
    sql`${auditLog.target} ilike ${pattern}`,
    sql`${auditLog.before} ->> 'name' ilike ${pattern}`,
    sql`${auditLog.after} ->> 'name' ilike ${pattern}`,
  );
}

function conditionsOf({ actorUserId, actorKind, via, operation, target, from, to, q }: AuditFilter): SQL | undefined {
  return and(
    actorUserId === undefined ? undefined : eq(auditLog.actorUserId, actorUserId),
    actorKind === undefined ? undefined : eq(auditLog.actorKind, actorKind),
    via === undefined ? undefined : eq(auditLog.via, via),
    operation === undefined ? undefined : ofOperation(operation),
    target === undefined ? undefined : ofTarget(target),
    from === undefined ? undefined : gte(auditLog.at, from),
    to === undefined ? undefined : lt(auditLog.at, to),
    q === undefined ? undefined : matching(q),
  );
}

async function countUpToCap(tx: Handle, where: SQL | undefined): Promise<{ value: number; capped: boolean }> {
  const found = tx
    .select({ id: auditLog.id })
    .from(auditLog)
    .where(where)
    .limit(COUNT_CAP + 1)
    .as("found");
  const total = await tx.$count(found);
  return { value: Math.min(total, COUNT_CAP), capped: total > COUNT_CAP };
}

/** The append-only audit log in PostgreSQL. */
export function auditStore(tx: Handle): AuditStore {
  return {
    async insert(rows) {
      if (rows.length > 0) await tx.insert(auditLog).values([...rows]);
    },
    async list(filter, { limit, after }) {
      const where = conditionsOf(filter);
      const beyond =
        after === null
          ? undefined
          : sql`(${auditLog.at}, ${auditLog.id}) < (${iso(after.at)}::timestamptz, ${after.id}::bigint)`;
      const rows = await tx
        .select()
        .from(auditLog)
        .where(and(where, beyond))
        .orderBy(desc(auditLog.at), desc(auditLog.id))
        .limit(limit + 1);
      const items = rows.slice(0, limit);
      const last = items.at(-1);
      const nextCursor = rows.length > limit && last !== undefined ? `${last.at}.${last.id}` : null;
      return { items, nextCursor, total: await countUpToCap(tx, where) };
    },
    async find(id) {
      const [row] = await tx.select().from(auditLog).where(eq(auditLog.id, id));
      return row ?? null;
    },
    editsSinceFile: (target) =>
      tx
        .select()
        .from(auditLog)
        .where(
          and(
            eq(auditLog.target, target),
            sql`${auditLog.id} > (select max(id) from audit_log filed where filed.target = ${target}
              and (filed.via = 'file' or filed.actor_kind = 'file'))`,
          ),
        )
        .orderBy(asc(auditLog.id)),
  };
}
