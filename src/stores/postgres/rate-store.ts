import { and, asc, eq, getTableColumns, gt, isNull, type SQL, sql } from "drizzle-orm";
import type { RateFilter, RatePlace, RateStore, StoredRate } from "@/core/quota/rate-store";
import type { Handle } from "./handle";
import { pageOf } from "./page-of";
import { keys } from "./schema/keys";
import { modelGroups } from "./schema/model-groups";
import { rates } from "./schema/rates";
import { userGroups } from "./schema/user-groups";
import { users } from "./schema/users";
import { stepOf } from "./updates";

const COLUMNS = {
  ...getTableColumns(rates),
  userName: users.name,
  userGroupName: userGroups.name,
  keyName: sql<
    string | null
  >`(select owners.name || '/' || keys.name from keys join users owners on owners.id = keys.user_id where keys.id = rates.key_id)`,
  modelGroupName: modelGroups.name,
};

const selectRates = (tx: Handle, where: SQL | undefined) =>
  tx
    .select(COLUMNS)
    .from(rates)
    .leftJoin(users, eq(users.id, rates.userId))
    .leftJoin(userGroups, eq(userGroups.id, rates.userGroupId))
    .leftJoin(modelGroups, eq(modelGroups.id, rates.modelGroupId))
    .where(where)
    .orderBy(asc(rates.id));

function conditionsOf({ subjectType, userId, userGroupId, keyId, metric }: RateFilter): SQL | undefined {
  return and(
    subjectType === undefined ? undefined : eq(rates.subjectType, subjectType),
    userId === undefined ? undefined : eq(rates.userId, userId),
    userGroupId === undefined ? undefined : eq(rates.userGroupId, userGroupId),
    keyId === undefined ? undefined : eq(rates.keyId, keyId),
    metric === undefined ? undefined : eq(rates.metric, metric),
  );
}

function ofSubject({ subjectType, userId, userGroupId, keyId }: RatePlace): SQL | undefined {
  return and(
    eq(rates.subjectType, subjectType),
    userId === null ? isNull(rates.userId) : eq(rates.userId, userId),
    userGroupId === null ? isNull(rates.userGroupId) : eq(rates.userGroupId, userGroupId),
    keyId === null ? isNull(rates.keyId) : eq(rates.keyId, keyId),
  );
}

async function nameOf(tx: Handle, { subjectType, userId, userGroupId, keyId }: RatePlace): Promise<string | null> {
  if (subjectType === "everyone") return "everyone";
  if (subjectType === "key") {
    const [key] = await tx
      .select({ name: sql<string>`${users.name} || '/' || ${keys.name}` })
      .from(keys)
      .innerJoin(users, eq(users.id, keys.userId))
      .where(eq(keys.id, keyId ?? 0));
    return key?.name ?? null;
  }
  const [user] = userId === null ? [] : await tx.select({ name: users.name }).from(users).where(eq(users.id, userId));
  if (subjectType === "user") return user?.name ?? null;
  const [group] = await tx
    .select({ name: userGroups.name })
    .from(userGroups)
    .where(eq(userGroups.id, userGroupId ?? 0));
  if (subjectType === "user_group") return group?.name ?? null;
  return user === undefined || group === undefined ? null : `${user.name}@${group.name}`;
}

/** Request rates in PostgreSQL. */
export function rateStore(tx: Handle): RateStore {
  const select = async (where: SQL | undefined): Promise<readonly StoredRate[]> => selectRates(tx, where);
  return {
    async list(filter, { limit, after }) {
      const where = conditionsOf(filter);
      const beyond = after === null ? undefined : gt(rates.id, after);
      const rows = await selectRates(tx, and(where, beyond)).limit(limit + 1);
      return pageOf(rows, limit, await tx.$count(rates, where));
    },
    listAll: () => select(undefined),
    listAt: (place) => select(ofSubject(place)),
    nameOf: (place) => nameOf(tx, place),
    async write({ subjectType, userId, userGroupId, keyId }, { insert, update, remove }) {
      for (const id of remove) await tx.delete(rates).where(eq(rates.id, id));
      for (const { id, ...values } of update)
        await tx
          .update(rates)
          .set({ ...values, ...stepOf(rates) })
          .where(eq(rates.id, id));
      const here = { subjectType, userId, userGroupId, keyId };
      if (insert.length > 0) await tx.insert(rates).values(insert.map((values) => ({ ...values, ...here })));
    },
    async clearOverrides(of) {
      const where = conditionsOf({ subjectType: "override", ...of });
      const rows = await select(where);
      if (rows.length > 0) await tx.delete(rates).where(where);
      return rows;
    },
  };
}
