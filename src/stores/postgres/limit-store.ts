import { and, asc, eq, getTableColumns, gt, type SQL, sql } from "drizzle-orm";
import type { LimitFilter, LimitPlace, LimitStore, RestartValues, StoredLimit } from "@/core/quota/limit-store";
import { holdConfig } from "./config-writer";
import type { Handle } from "./handle";
import { atModelGroup, pageOf } from "./page-of";
import { keys } from "./schema/keys";
import { limits } from "./schema/limits";
import { modelGroups } from "./schema/model-groups";
import { usageRestarts } from "./schema/usage-restarts";
import { userGroups } from "./schema/user-groups";
import { users } from "./schema/users";
import { stepOf } from "./updates";

const { userId, userGroupId, keyId, ...OWN_COLUMNS } = getTableColumns(limits);

/** `user/key` of the key that a row is for. */
const KEY_NAME = sql`(select owners.name || '/' || keys.name from keys join users owners on owners.id = keys.user_id where keys.id = limits.key_id)`;

const COLUMNS = {
  ...OWN_COLUMNS,
  subjectId: sql<number>`coalesce(${limits.userId}, ${limits.userGroupId}, ${limits.keyId})`.mapWith(limits.id),
  subjectName: sql<string>`coalesce(${users.name}, ${userGroups.name}, ${KEY_NAME})`,
  modelGroupName: modelGroups.name,
};

const selectLimits = (tx: Handle, where: SQL | undefined) =>
  tx
    .select(COLUMNS)
    .from(limits)
    .leftJoin(users, eq(users.id, limits.userId))
    .leftJoin(userGroups, eq(userGroups.id, limits.userGroupId))
    .leftJoin(modelGroups, eq(modelGroups.id, limits.modelGroupId))
    .where(where)
    .orderBy(asc(limits.id));

/** The column that names the subject of each kind. */
const SUBJECT_COLUMNS = { user: limits.userId, user_group: limits.userGroupId, key: limits.keyId } as const;

function conditionsOf({ subjectType, subjectId, modelGroupId, unit, window }: LimitFilter): SQL | undefined {
  const ofSubject = subjectType === undefined ? COLUMNS.subjectId : SUBJECT_COLUMNS[subjectType];
  return and(
    subjectType === undefined ? undefined : eq(limits.subjectType, subjectType),
    subjectId === undefined ? undefined : sql`${ofSubject} = ${subjectId}`,
    modelGroupId === undefined ? undefined : atModelGroup(limits.modelGroupId, modelGroupId),
    unit === undefined ? undefined : eq(limits.unit, unit),
    window === undefined ? undefined : eq(limits.window, window),
  );
}

async function namesOf(tx: Handle, { subjectType, subjectId, modelGroupId }: LimitPlace) {
  const subjects = {
    user: tx.select({ name: users.name }).from(users).where(eq(users.id, subjectId)),
    user_group: tx.select({ name: userGroups.name }).from(userGroups).where(eq(userGroups.id, subjectId)),
    key: tx
      .select({ name: sql<string>`${users.name} || '/' || ${keys.name}` })
      .from(keys)
      .innerJoin(users, eq(users.id, keys.userId))
      .where(eq(keys.id, subjectId)),
  };
  const [subject] = await subjects[subjectType];
  if (modelGroupId === null) return { subject: subject?.name ?? null, modelGroup: null };
  const [group] = await tx.select({ name: modelGroups.name }).from(modelGroups).where(eq(modelGroups.id, modelGroupId));
  return { subject: subject?.name ?? null, modelGroup: group?.name ?? null };
}

/** The subject of a row in the three columns of which one is set (quota.md Q1). */
function subjectColumns({ subjectType, subjectId }: Pick<LimitPlace, "subjectType" | "subjectId">) {
  return {
    subjectType,
    userId: subjectType === "user" ? subjectId : null,
    userGroupId: subjectType === "user_group" ? subjectId : null,
    keyId: subjectType === "key" ? subjectId : null,
  };
}

async function write(tx: Handle, place: LimitPlace, changes: Parameters<LimitStore["write"]>[1]): Promise<void> {
  const { insert, update, remove } = changes;
  const here = { ...subjectColumns(place), modelGroupId: place.modelGroupId };
  for (const id of remove) await tx.delete(limits).where(eq(limits.id, id));
  for (const { id, ...values } of update)
    await tx
      .update(limits)
      .set({ ...values, ...stepOf(limits) })
      .where(eq(limits.id, id));
  if (insert.length > 0) await tx.insert(limits).values(insert.map((values) => ({ ...values, ...here })));
}

async function insertRestart(tx: Handle, { axis, subjectId, units, ...values }: RestartValues): Promise<void> {
  const subject = { subjectType: axis, [axis === "user" ? "userId" : "keyId"]: subjectId };
  await tx.insert(usageRestarts).values(units.map((unit) => ({ ...values, ...subject, unit })));
}

/** Limits and restarts in PostgreSQL. */
export function limitStore(tx: Handle): LimitStore {
  const select = async (where: SQL | undefined): Promise<readonly StoredLimit[]> => selectLimits(tx, where);
  return {
    async list(filter, { limit, after }) {
      const where = conditionsOf(filter);
      const beyond = after === null ? undefined : gt(limits.id, after);
      const rows = await selectLimits(tx, and(where, beyond)).limit(limit + 1);
      return pageOf(rows, limit, await tx.$count(limits, where));
    },
    listAll: () => select(undefined),
    listAt: (place) => select(conditionsOf(place)),
    namesOf: (place) => namesOf(tx, place),
    holdConfig: () => holdConfig(tx),
    write: (place, changes) => write(tx, place, changes),
    insertRestart: (values) => insertRestart(tx, values),
    async listRestarts({ axis, subjectId }) {
      const ofSubject = axis === "user" ? usageRestarts.userId : usageRestarts.keyId;
      const rows = await tx
        .selectDistinctOn([sql`coalesce(${usageRestarts.modelGroupId}, 0)`, usageRestarts.unit], {
          modelGroupId: usageRestarts.modelGroupId,
          unit: usageRestarts.unit,
          restartedAt: usageRestarts.restartedAt,
        })
        .from(usageRestarts)
        .where(eq(ofSubject, subjectId))
        .orderBy(
          sql`coalesce(${usageRestarts.modelGroupId}, 0), ${usageRestarts.unit}, ${usageRestarts.restartedAt} desc`,
        );
      return rows.map((row) => ({ ...row, axis, subjectId }));
    },
  };
}
