import { and, asc, eq, getTableColumns, or, type SQL, sql } from "drizzle-orm";
import type { UserStore } from "@/core/users/user";
import { takeConfig } from "./config-writer";
import type { Handle } from "./handle";
import { afterName, listPage } from "./list-page";
import { users } from "./schema/users";
import { containsText, insertedRow, rowAt, sameName, stepOf, updatedRow } from "./updates";

/** SQL: the user of the enclosing query can sign in with a password. */
export const HAS_ACCOUNT = sql<boolean>`exists (
  select from accounts join account_credentials on account_credentials.account_id = accounts.id
  where accounts.user_id = users.id and account_credentials.password is not null)`;

const COLUMNS = { ...getTableColumns(users), hasAccount: HAS_ACCOUNT };

function conditionsOf({ q, enabled }: Parameters<UserStore["list"]>[0]): SQL | undefined {
  return and(
    q === undefined ? undefined : or(containsText(users.name, q), containsText(users.email, q)),
    enabled === undefined ? undefined : eq(users.enabled, enabled),
  );
}

/** Users in PostgreSQL, listed by name. */
export function userStore(tx: Handle): UserStore {
  const select = (where: SQL | undefined) => tx.select(COLUMNS).from(users).where(where);
  const byName = (where: SQL | undefined) => select(where).orderBy(sql`lower(${users.name})`, asc(users.id));
  const findOne = async (where: SQL) => (await select(where))[0] ?? null;
  const find = (id: number) => findOne(eq(users.id, id));
  return {
    list: (filter) => byName(conditionsOf(filter)),
    async page(filter, { limit, after }) {
      const where = conditionsOf(filter);
      const rows = await byName(and(where, afterName(users, after))).limit(limit + 1);
      return listPage(rows, limit, await tx.$count(users, where));
    },
    find,
    findByName: (name) => findOne(sameName(users.name, name)),
    insert: async (values) => insertedRow(await tx.insert(users).values(values).returning({ id: users.id }), find),
    async update(id, patch, version) {
      const rows = await tx
        .update(users)
        .set({ ...patch, ...stepOf(users) })
        .where(rowAt(users, id, version))
        .returning({ id: users.id });
      return updatedRow(rows, () => find(id));
    },
    async delete(id) {
      await takeConfig(tx);
      return (await tx.delete(users).where(eq(users.id, id)).returning({ id: users.id })).length > 0;
    },
    countAdmins: () => tx.$count(users, and(eq(users.role, "admin"), eq(users.enabled, true), HAS_ACCOUNT)),
  };
}
