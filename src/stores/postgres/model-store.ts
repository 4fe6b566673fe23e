import { and, asc, eq, gt } from "drizzle-orm";
import type { ModelStore } from "@/core/models/model";
import { takeConfig } from "./config-writer";
import type { Handle } from "./handle";
import { listPage } from "./list-page";
import { models } from "./schema/models";
import { containsText } from "./updates";

/** Traits of models in PostgreSQL, by name. */
export function modelStore(tx: Handle): ModelStore {
  return {
    list: () => tx.select().from(models).orderBy(asc(models.name)),
    async page({ q }, { limit, after }) {
      const where = q === undefined ? undefined : containsText(models.name, q);
      const rows = await tx
        .select()
        .from(models)
        .where(and(where, after === null ? undefined : gt(models.name, after)))
        .orderBy(asc(models.name))
        .limit(limit + 1);
      return listPage(rows, limit, await tx.$count(models, where));
    },
    async find(name) {
      const [row] = await tx.select().from(models).where(eq(models.name, name));
      return row ?? null;
    },
    async put({ name, ...row }) {
      await takeConfig(tx);
      await tx
        .insert(models)
        .values({ name, ...row })
        .onConflictDoUpdate({ target: models.name, set: row });
    },
    async delete(name) {
      await takeConfig(tx);
      await tx.delete(models).where(eq(models.name, name));
    },
  };
}
