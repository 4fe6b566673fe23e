import { and, eq, gt, lte, sql } from "drizzle-orm";
import type { IdempotencyPlace, IdempotencyStore } from "@/core/idempotency/idempotency-store";
import type { Handle } from "./handle";
import { idempotencyKeys } from "./schema/idempotency-keys";

const { scope, key, sealedReply, createdAt } = idempotencyKeys;
const at = (place: IdempotencyPlace) => and(eq(scope, place.scope), eq(key, place.key));

/** Replies of idempotency keys in PostgreSQL. A place is a primary key: who inserts it second waits for the end of the first. */
export function idempotencyStore(tx: Handle): IdempotencyStore {
  return {
    async find(place, since) {
      const [row] = await tx
        .select({ sealedReply })
        .from(idempotencyKeys)
        .where(and(at(place), gt(createdAt, since)));
      return row?.sealedReply ?? null;
    },
    async claim(place, { operation, now, since }) {
      const values = { operation, createdAt: now };
      const rows = await tx
        .insert(idempotencyKeys)
        .values({ ...place, ...values })
        .onConflictDoUpdate({ target: [scope, key], set: values, setWhere: lte(createdAt, since) })
        .returning({ key });
      return rows.length > 0;
    },
    async keep(place, sealed) {
      await tx.update(idempotencyKeys).set({ sealedReply: sealed }).where(at(place));
    },
    async forget(before, limit) {
      const old = tx.select({ scope, key }).from(idempotencyKeys).where(lte(createdAt, before)).limit(limit);
      const gone = await tx.delete(idempotencyKeys).where(sql`(${scope}, ${key}) in ${old}`).returning({ key });
      return gone.length;
    },
  };
}
