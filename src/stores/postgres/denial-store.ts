import { and, desc, eq, getTableColumns, gte, lt, type SQL, sql } from "drizzle-orm";
import type { DenialFilter, DenialStore } from "@/core/ledger/denial-log";
import { dashedUuid } from "@/lib/id";
import type { Handle } from "./handle";
import { denials } from "./schema/denials";
import { keys } from "./schema/keys";
import { users } from "./schema/users";

const COUNT_CAP = 10_000;

const { decision, ...OWN_COLUMNS } = getTableColumns(denials);
const COLUMNS = { ...OWN_COLUMNS, userName: users.name, keyName: keys.name };

function conditionsOf({ userId, keyId, model, code, from, to }: DenialFilter): SQL | undefined {
  return and(
    userId === undefined ? undefined : eq(denials.userId, userId),
    keyId === undefined ? undefined : eq(denials.keyId, keyId),
    model === undefined ? undefined : eq(denials.model, model),
    code === undefined ? undefined : eq(denials.code, code),
    from === undefined ? undefined : gte(denials.at, from),
    to === undefined ? undefined : lt(denials.at, to),
  );
}

async function countUpToCap(tx: Handle, where: SQL | undefined): Promise<{ value: number; capped: boolean }> {
  const found = tx
    .select({ id: denials.id })
    .from(denials)
    .where(where)
    .limit(COUNT_CAP + 1)
    .as("found");
  const total = await tx.$count(found);
  return { value: Math.min(total, COUNT_CAP), capped: total > COUNT_CAP };
}

const select = (tx: Handle, where: SQL | undefined) =>
  tx
    .select(COLUMNS)
    .from(denials)
    .leftJoin(users, eq(users.id, denials.userId))
    .leftJoin(keys, eq(keys.id, denials.keyId))
    .where(where);

const withBareId = <Row extends { readonly id: string }>(row: Row): Row => ({ ...row, id: row.id.replaceAll("-", "") });

/** Refused requests in PostgreSQL. */
export function denialStore(tx: Handle): DenialStore {
  return {
    async find(id) {
      const [row] = await select(tx, eq(denials.id, dashedUuid(id)));
      return row === undefined ? null : withBareId(row);
    },
    async list(filter, { limit, after }) {
      const where = conditionsOf(filter);
      const beyond =
        after === null
          ? undefined
          : sql`(${denials.at}, ${denials.id}) < (${new Date(after.at).toISOString()}::timestamptz, ${dashedUuid(after.id)}::uuid)`;
      const rows = await select(tx, and(where, beyond))
        .orderBy(desc(denials.at), desc(denials.id))
        .limit(limit + 1);
      const items = rows.slice(0, limit).map(withBareId);
      const last = items.at(-1);
      const nextCursor = rows.length > limit && last !== undefined ? `${last.at}.${last.id}` : null;
      return { items, nextCursor, total: await countUpToCap(tx, where) };
    },
  };
}
