import { desc, eq, gte, lt } from "drizzle-orm";
import type { Database } from "./client";
import { replicas } from "./schema/replicas";

/** A running process as the others see it; instants are epoch ms. */
type ReplicaRow = typeof replicas.$inferSelect;

/** Heartbeats of the running processes. */
export type ReplicaStore = {
  beat(replica: ReplicaRow): Promise<void>;
  /** Those seen at or after `since`, the newest beat first. */
  list(since: number): Promise<readonly ReplicaRow[]>;
  /** At a clean stop. */
  leave(id: string): Promise<void>;
  /** Forgets those not seen since `before`. */
  prune(before: number): Promise<void>;
};

/** Heartbeats in PostgreSQL. */
export function replicaStore({ db }: Pick<Database, "db">): ReplicaStore {
  return {
    async beat(replica) {
      await db.insert(replicas).values(replica).onConflictDoUpdate({ target: replicas.id, set: replica });
    },
    list: (since) => db.select().from(replicas).where(gte(replicas.seenAt, since)).orderBy(desc(replicas.seenAt)),
    async leave(id) {
      await db.delete(replicas).where(eq(replicas.id, id));
    },
    async prune(before) {
      await db.delete(replicas).where(lt(replicas.seenAt, before));
    },
  };
}
