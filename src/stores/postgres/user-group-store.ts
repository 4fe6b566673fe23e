import { and, asc, count, eq, getTableColumns, inArray, type SQL, sql } from "drizzle-orm";
import type { UserGroupStore } from "@/core/users/user-group";
import { takeConfig } from "./config-writer";
import type { Handle } from "./handle";
import { afterName, listPage } from "./list-page";
import { limits } from "./schema/limits";
import { userGroupUsers } from "./schema/user-group-users";
import { userGroups } from "./schema/user-groups";
import { users } from "./schema/users";
import { containsText, insertedRow, rowAt, sameName, stepOf, updatedRow } from "./updates";

/** Groups with the number of their users, by name. */
const selectGroups = (tx: Handle, where: SQL | undefined) =>
  tx
    .select({ ...getTableColumns(userGroups), userCount: count(userGroupUsers.userId) })
    .from(userGroups)
    .leftJoin(userGroupUsers, eq(userGroupUsers.userGroupId, userGroups.id))
    .where(where)
    .groupBy(userGroups.id)
    .orderBy(sql`lower(${userGroups.name})`, asc(userGroups.id));

const selectUsers = (tx: Handle, where: SQL | undefined) =>
  tx
    .select({
      userGroupId: userGroups.id,
      userGroupName: userGroups.name,
      userId: users.id,
      userName: users.name,
      email: users.email,
    })
    .from(userGroupUsers)
    .innerJoin(userGroups, eq(userGroups.id, userGroupUsers.userGroupId))
    .innerJoin(users, eq(users.id, userGroupUsers.userId))
    .where(where)
    .orderBy(sql`lower(${userGroups.name})`, sql`lower(${users.name})`, asc(users.id));

/** Which of the ids are users, and whether they are in the group. */
const selectStanding = (tx: Handle, id: number, userIds: readonly number[]) =>
  tx
    .select({ userId: users.id, groupId: userGroupUsers.userGroupId })
    .from(users)
    .leftJoin(userGroupUsers, and(eq(userGroupUsers.userId, users.id), eq(userGroupUsers.userGroupId, id)))
    .where(inArray(users.id, [...userIds]));

/** Adds the users that exist and are not in the group. */
async function addUsers(tx: Handle, id: number, userIds: readonly number[]) {
  if (userIds.length === 0) return { added: [], unknown: [] };
  let standing = await selectStanding(tx, id, userIds);
  if (standing.some(({ groupId }) => groupId === null)) {
    await takeConfig(tx);
    standing = await selectStanding(tx, id, userIds);
  }
  const added = standing.filter(({ groupId }) => groupId === null).map(({ userId }) => userId);
  if (added.length > 0) {
    await tx.insert(userGroupUsers).values(added.map((userId) => ({ userGroupId: id, userId })));
  }
  const known = new Set(standing.map(({ userId }) => userId));
  return { added, unknown: userIds.filter((userId) => !known.has(userId)) };
}

/** Removes the users that are in the group. */
async function removeUsers(tx: Handle, id: number, userIds: readonly number[]): Promise<readonly number[]> {
  if (userIds.length === 0) return [];
  const ofThem = and(eq(userGroupUsers.userGroupId, id), inArray(userGroupUsers.userId, [...userIds]));
  if ((await tx.$count(userGroupUsers, ofThem)) === 0) return [];
  await takeConfig(tx);
  const rows = await tx.delete(userGroupUsers).where(ofThem).returning({ userId: userGroupUsers.userId });
  return rows.map(({ userId }) => userId);
}

const conditionsOf = ({ q }: Parameters<UserGroupStore["list"]>[0]) =>
  q === undefined ? undefined : containsText(userGroups.name, q);

/** User groups in PostgreSQL, by name. */
export function userGroupStore(tx: Handle): UserGroupStore {
  const findOne = async (where: SQL) => (await selectGroups(tx, where))[0] ?? null;
  const find = (id: number) => findOne(eq(userGroups.id, id));
  return {
    list: (filter) => selectGroups(tx, conditionsOf(filter)),
    async page(filter, { limit, after }) {
      const where = conditionsOf(filter);
      const rows = await selectGroups(tx, and(where, afterName(userGroups, after))).limit(limit + 1);
      return listPage(rows, limit, await tx.$count(userGroups, where));
    },
    find,
    findByName: (name) => findOne(sameName(userGroups.name, name)),
    insert: async (values) =>
      insertedRow(await tx.insert(userGroups).values(values).returning({ id: userGroups.id }), find),
    async update(id, patch, version) {
      await takeConfig(tx);
      const rows = await tx
        .update(userGroups)
        .set({ ...patch, ...stepOf(userGroups) })
        .where(rowAt(userGroups, id, version))
        .returning({ id: userGroups.id });
      return updatedRow(rows, () => find(id));
    },
    listUsers: ({ userGroupId, userId }) =>
      selectUsers(
        tx,
        and(
          userGroupId === undefined ? undefined : eq(userGroups.id, userGroupId),
          userId === undefined ? undefined : eq(users.id, userId),
        ),
      ),
    addUsers: (id, userIds) => addUsers(tx, id, userIds),
    removeUsers: (id, userIds) => removeUsers(tx, id, userIds),
    async delete(id) {
      await takeConfig(tx);
      const ended = {
        limits: await tx.$count(limits, eq(limits.userGroupId, id)),
        users: await tx.$count(userGroupUsers, eq(userGroupUsers.userGroupId, id)),
      };
      const rows = await tx.delete(userGroups).where(eq(userGroups.id, id)).returning({ id: userGroups.id });
      return rows.length === 0 ? null : ended;
    },
  };
}
