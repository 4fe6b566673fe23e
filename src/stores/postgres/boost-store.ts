import { and, asc, desc, eq, getTableColumns, inArray, lt, type SQL, sql } from "drizzle-orm";
import type { BoostState } from "@/core/quota/boost-state";
import type { BoostFilter, BoostStore, StoredBoost } from "@/core/quota/boost-store";
import { holdConfig } from "./config-writer";
import type { Handle } from "./handle";
import { atModelGroup, pageOf } from "./page-of";
import { boosts } from "./schema/boosts";
import { modelGroups } from "./schema/model-groups";
import { users } from "./schema/users";
import { rowAt, stepOf, updatedRow } from "./updates";

const COLUMNS = { ...getTableColumns(boosts), userName: users.name, modelGroupName: modelGroups.name };

const selectBoosts = (tx: Handle, where: SQL | undefined) =>
  tx
    .select(COLUMNS)
    .from(boosts)
    .innerJoin(users, eq(users.id, boosts.userId))
    .leftJoin(modelGroups, eq(modelGroups.id, boosts.modelGroupId))
    .where(where);

/** SQL of `boostStateAt`. */
function isStanding({ state, at }: { readonly state: BoostState; readonly at: number }): SQL {
  const instant = sql`${new Date(at).toISOString()}::timestamptz`;
  const hasEnded = sql`${instant} >= least(${boosts.validTo}, ${boosts.endedAt})`;
  if (state === "ended") return hasEnded;
  const hasBegun = sql`${instant} >= ${boosts.validFrom}`;
  return state === "active" ? sql`${hasBegun} and not ${hasEnded}` : sql`not ${hasBegun} and not ${hasEnded}`;
}

function conditionsOf({ userId, modelGroupId, unit, window, standing }: BoostFilter): SQL | undefined {
  return and(
    userId === undefined ? undefined : eq(boosts.userId, userId),
    modelGroupId === undefined ? undefined : atModelGroup(boosts.modelGroupId, modelGroupId),
    unit === undefined ? undefined : eq(boosts.unit, unit),
    window === undefined ? undefined : eq(boosts.window, window),
    standing === undefined ? undefined : isStanding(standing),
  );
}

/** Boosts in PostgreSQL. */
export function boostStore(tx: Handle): BoostStore {
  const oldestFirst = async (where: SQL | undefined): Promise<readonly StoredBoost[]> =>
    selectBoosts(tx, where).orderBy(asc(boosts.id));
  const find = async (id: number) => (await selectBoosts(tx, eq(boosts.id, id)))[0] ?? null;
  return {
    async list(filter, { limit, after }) {
      const where = conditionsOf(filter);
      const beyond = after === null ? undefined : lt(boosts.id, after);
      const rows = await selectBoosts(tx, and(where, beyond))
        .orderBy(desc(boosts.id))
        .limit(limit + 1);
      return pageOf(rows, limit, await tx.$count(boosts, where));
    },
    listAll: () => oldestFirst(undefined),
    findAlike: ({ validFrom, ...cell }) => oldestFirst(and(conditionsOf(cell), eq(boosts.validFrom, validFrom))),
    find,
    async insert(values) {
      if (values.length === 0) return [];
      const rows = await tx
        .insert(boosts)
        .values([...values])
        .returning({ id: boosts.id });
      return oldestFirst(
        inArray(
          boosts.id,
          rows.map(({ id }) => id),
        ),
      );
    },
    async update(id, patch, version) {
      await holdConfig(tx);
      const rows = await tx
        .update(boosts)
        .set({ ...patch, ...stepOf(boosts) })
        .where(rowAt(boosts, id, version))
        .returning({ id: boosts.id });
      return updatedRow(rows, () => find(id));
    },
  };
}
