import { and, asc, eq, getTableColumns, gt, isNotNull, isNull, or, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import type { KeyFilter, KeyRow, KeyStore } from "@/core/keys/key";
import { takeConfig } from "./config-writer";
import type { Handle } from "./handle";
import { listPage } from "./list-page";
import { keySecrets } from "./schema/key-secrets";
import { keys } from "./schema/keys";
import { requests } from "./schema/requests";
import { users } from "./schema/users";
import { containsText, insertedRow, rowAt, sameName, stepOf, updatedRow } from "./updates";

const current = alias(keySecrets, "current_secret");
const previous = alias(keySecrets, "previous_secret");

const COLUMNS = {
  ...getTableColumns(keys),
  userName: users.name,
  prefix: current.prefix,
  lastFour: current.lastFour,
  lastUsedAt: sql<number | null>`(select max(requests.at) from requests where requests.key_id = keys.id)`.mapWith(
    requests.at,
  ),
  previousPrefix: previous.prefix,
  previousLastFour: previous.lastFour,
  previousExpiresAt: previous.expiresAt,
};

const selectKeys = (tx: Handle, where: SQL | undefined) =>
  tx
    .select(COLUMNS)
    .from(keys)
    .innerJoin(users, eq(users.id, keys.userId))
    .innerJoin(current, and(eq(current.keyId, keys.id), isNull(current.expiresAt)))
    .leftJoin(previous, and(eq(previous.keyId, keys.id), gt(previous.expiresAt, sql`now()`)))
    .where(where)
    .orderBy(sql`lower(${users.name})`, sql`lower(${keys.name})`, asc(keys.id));

type Selected = Awaited<ReturnType<typeof selectKeys>>[number];

function toKeyRow({ previousPrefix, previousLastFour, previousExpiresAt, ...row }: Selected): KeyRow {
  const rotating = previousPrefix !== null && previousLastFour !== null && previousExpiresAt !== null;
  return {
    ...row,
    previous: rotating ? { prefix: previousPrefix, lastFour: previousLastFour, expiresAt: previousExpiresAt } : null,
  };
}

function conditionsOf({ id, userId, q, enabled }: KeyFilter): SQL | undefined {
  return and(
    id === undefined ? undefined : eq(keys.id, id),
    userId === undefined ? undefined : eq(keys.userId, userId),
    enabled === undefined ? undefined : eq(keys.enabled, enabled),
    q === undefined
      ? undefined
      : or(containsText(keys.name, q), containsText(users.name, q), containsText(current.prefix, q)),
  );
}

const countKeys = (tx: Handle, where: SQL | undefined): Promise<number> =>
  tx.$count(
    tx
      .select({ id: keys.id })
      .from(keys)
      .innerJoin(users, eq(users.id, keys.userId))
      .innerJoin(current, and(eq(current.keyId, keys.id), isNull(current.expiresAt)))
      .where(where)
      .as("found"),
  );

/** Keys in PostgreSQL, listed by owner and name. */
export function keyStore(tx: Handle): KeyStore {
  const select = async (where: SQL | undefined) => (await selectKeys(tx, where)).map(toKeyRow);
  const findOne = async (where: SQL | undefined) => (await select(where))[0] ?? null;
  const find = (id: number) => findOne(eq(keys.id, id));
  const step = (id: number, patch: object, version?: number) =>
    tx
      .update(keys)
      .set({ ...patch, ...stepOf(keys) })
      .where(rowAt(keys, id, version))
      .returning({ id: keys.id });
  return {
    list: (filter) => select(conditionsOf(filter)),
    async page(filter, { limit, after }) {
      const where = conditionsOf(filter);
      const beyond =
        after === null
          ? undefined
          : sql`(lower(${users.name}), lower(${keys.name}), ${keys.id})
              > (lower(${after.userName}::text), lower(${after.name}::text), ${after.id}::bigint)`;
      const rows = await selectKeys(tx, and(where, beyond)).limit(limit + 1);
      return listPage(rows.map(toKeyRow), limit, await countKeys(tx, where));
    },
    find,
    findByName: (userId, name) => findOne(and(eq(keys.userId, userId), sameName(keys.name, name))),
    async insert(values, secret) {
      const rows = await tx.insert(keys).values(values).returning({ id: keys.id });
      await tx.insert(keySecrets).values(rows.map((row) => ({ ...secret, keyId: row.id })));
      return insertedRow(rows, find);
    },
    async update(id, patch, version) {
      return updatedRow(await step(id, patch, version), () => find(id));
    },
    async rotate(id, secret, overlapUntil) {
      const rows = await step(id, {});
      if (rows.length === 0) return updatedRow(rows, () => find(id));
      const ofKey = eq(keySecrets.keyId, id);
      await tx.delete(keySecrets).where(overlapUntil === null ? ofKey : and(ofKey, isNotNull(keySecrets.expiresAt)));
      await tx.update(keySecrets).set({ expiresAt: overlapUntil }).where(ofKey);
      await tx.insert(keySecrets).values({ ...secret, keyId: id });
      return updatedRow(rows, () => find(id));
    },
    async currentDigest(id) {
      const [row] = await tx
        .select({ digest: keySecrets.digest })
        .from(keySecrets)
        .where(and(eq(keySecrets.keyId, id), isNull(keySecrets.expiresAt)));
      return row?.digest ?? null;
    },
    async delete(id) {
      await takeConfig(tx);
      return (await tx.delete(keys).where(eq(keys.id, id)).returning({ id: keys.id })).length > 0;
    },
  };
}
