import { asc, eq } from "drizzle-orm";
import type { ModelStore } from "@/core/models/model";
import { takeConfig } from "./config-writer";
import type { Handle } from "./handle";
import { models } from "./schema/models";

/** Traits of models in PostgreSQL, by name. */
export function modelStore(tx: Handle): ModelStore {
  return {
    list: () => tx.select().from(models).orderBy(asc(models.name)),
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
