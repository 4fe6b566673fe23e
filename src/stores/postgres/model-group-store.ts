import { and, asc, eq, getTableColumns, gt, inArray, isNull, like, ne, or, type SQL, sql } from "drizzle-orm";
import type { ModelGroupRow, ModelGroupStore } from "@/core/models/model-group";
import { freeSlug, slugBase } from "@/core/models/model-slug";
import { takeConfig } from "./config-writer";
import type { Handle } from "./handle";
import { afterName, listPage } from "./list-page";
import { boosts } from "./schema/boosts";
import { limits } from "./schema/limits";
import { modelGroupModels } from "./schema/model-group-models";
import { modelGroups } from "./schema/model-groups";
import { containsText, insertedRow, rowAt, sameName, stepOf, updatedRow } from "./updates";

const { model } = modelGroupModels;
const COLUMNS = {
  ...getTableColumns(modelGroups),
  models: sql<readonly string[]>`coalesce(json_agg(${model}) filter (where ${model} is not null), '[]')`,
};

/** Groups with their models, by name; at most `limit` when there is one. */
async function selectGroups(tx: Handle, where: SQL | undefined, limit?: number): Promise<readonly ModelGroupRow[]> {
  const query = tx
    .select(COLUMNS)
    .from(modelGroups)
    .leftJoin(modelGroupModels, eq(modelGroupModels.modelGroupId, modelGroups.id))
    .where(where)
    .groupBy(modelGroups.id)
    .orderBy(sql`lower(${modelGroups.name})`, asc(modelGroups.id));
  const rows = await (limit === undefined ? query : query.limit(limit));
  return rows.map((row) => ({ ...row, models: [...row.models].sort() }));
}

/** A free slug for a name, for who is the only writer; `ownId` is the group that is renamed. */
async function findSlug(tx: Handle, name: string, ownId: number | null): Promise<string> {
  const base = slugBase(name);
  const rows = await tx
    .select({ slug: modelGroups.slug })
    .from(modelGroups)
    .where(
      and(
        or(eq(modelGroups.slug, base), like(modelGroups.slug, `${base}-%`)),
        ownId === null ? undefined : ne(modelGroups.id, ownId),
      ),
    );
  return freeSlug(base, new Set(rows.map(({ slug }) => slug)));
}

/** The groups that hold models, other than `id`. */
const selectTaken = (tx: Handle, id: number, models: readonly string[]) =>
  tx
    .select({ model, modelGroupId: modelGroups.id, modelGroupName: modelGroups.name })
    .from(modelGroupModels)
    .innerJoin(modelGroups, eq(modelGroups.id, modelGroupModels.modelGroupId))
    .where(and(inArray(model, [...models]), ne(modelGroups.id, id)));

/** True where the text is in the name or in a model. */
function conditionsOf({ q }: Parameters<ModelGroupStore["list"]>[0]): SQL | undefined {
  if (q === undefined) return undefined;
  const inModels = sql`exists (select from model_group_models m where m.model_group_id = ${modelGroups.id} and position(lower(${q}) in m.model) > 0)`;
  return or(containsText(modelGroups.name, q), inModels);
}

/** Model groups in PostgreSQL, by name. */
export function modelGroupStore(tx: Handle): ModelGroupStore {
  const findOne = async (where: SQL) => (await selectGroups(tx, where))[0] ?? null;
  const find = (id: number) => findOne(eq(modelGroups.id, id));
  return {
    list: (filter) => selectGroups(tx, conditionsOf(filter)),
    async page(filter, { limit, after }) {
      const where = conditionsOf(filter);
      const rows = await selectGroups(tx, and(where, afterName(modelGroups, after)), limit + 1);
      return listPage(rows, limit, await tx.$count(modelGroups, where));
    },
    find,
    findByName: (name) => findOne(sameName(modelGroups.name, name)),
    async insert(values) {
      await takeConfig(tx);
      const slug = await findSlug(tx, values.name, null);
      return insertedRow(
        await tx
          .insert(modelGroups)
          .values({ ...values, slug })
          .returning({ id: modelGroups.id }),
        find,
      );
    },
    async update(id, patch, version) {
      await takeConfig(tx);
      const slug = patch.name === undefined ? {} : { slug: await findSlug(tx, patch.name, id) };
      const rows = await tx
        .update(modelGroups)
        .set({ ...patch, ...slug, ...stepOf(modelGroups) })
        .where(rowAt(modelGroups, id, version))
        .returning({ id: modelGroups.id });
      return updatedRow(rows, () => find(id));
    },
    async addModels(id, models) {
      if (models.length === 0) return [];
      await takeConfig(tx);
      const values = models.map((name) => ({ model: name, modelGroupId: id }));
      await tx.insert(modelGroupModels).values(values).onConflictDoNothing();
      return selectTaken(tx, id, models);
    },
    async removeModels(id, models) {
      if (models.length === 0) return;
      await takeConfig(tx);
      await tx
        .delete(modelGroupModels)
        .where(and(eq(modelGroupModels.modelGroupId, id), inArray(modelGroupModels.model, [...models])));
    },
    async delete(id) {
      await takeConfig(tx);
      const ended = {
        limits: await tx.$count(limits, eq(limits.modelGroupId, id)),
        boosts: await tx.$count(
          boosts,
          and(eq(boosts.modelGroupId, id), isNull(boosts.endedAt), gt(boosts.validTo, sql`now()`)),
        ),
      };
      const rows = await tx.delete(modelGroups).where(eq(modelGroups.id, id)).returning({ id: modelGroups.id });
      return rows.length === 0 ? null : ended;
    },
  };
}
