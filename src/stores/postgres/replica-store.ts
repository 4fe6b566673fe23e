import { and, desc, eq, getTableColumns, gte, isNull, lt, or } from "drizzle-orm";
import type { Database } from "./client";
import { replicas } from "./schema/replicas";

/** A process as it was last known; instants are epoch ms. */
type ReplicaRow = typeof replicas.$inferSelect;
/** A running process as the others see it. */
type RunningReplica = Omit<ReplicaRow, "adoptedAt">;

/** Heartbeats of the running processes, and which of the dead left nothing behind. */
export type ReplicaStore = {
  beat(replica: RunningReplica): Promise<void>;
  /** Those seen at or after `since`, the newest beat first; not those whose journal was adopted. */
  list(since: number): Promise<readonly RunningReplica[]>;
  /** The last that is known of a process; null: nothing, or no more. */
  find(id: string): Promise<ReplicaRow | null>;
  /** Marks a dead process whose journal was taken over: all that it sent is in the ledger (quota.md Q45). It may never have beaten. */
  adopt(id: string, now: number): Promise<void>;
  /** At a clean stop. */
  leave(id: string): Promise<void>;
  /** Forgets those not seen since `before`, adopted ones 2 days later: as long as counters keep an open hold. */
  prune(before: number): Promise<void>;
};

const ADOPTED_MS = 2 * 86_400_000;

/** Heartbeats in PostgreSQL. */
export function replicaStore({ db }: Pick<Database, "db">): ReplicaStore {
  const { adoptedAt, ...running } = getTableColumns(replicas);
  return {
    async beat(replica) {
      await db.insert(replicas).values(replica).onConflictDoUpdate({ target: replicas.id, set: replica });
    },
    list: (since) =>
      db
        .select(running)
        .from(replicas)
        .where(and(gte(replicas.seenAt, since), isNull(adoptedAt)))
        .orderBy(desc(replicas.seenAt)),
    async find(id) {
      const [row] = await db.select().from(replicas).where(eq(replicas.id, id));
      return row ?? null;
    },
    async adopt(id, now) {
      const unknown = { id, role: "gateway", release: "", configVersion: 0, startedAt: now, seenAt: now };
      const adopted = { adoptedAt: now };
      const row = { ...unknown, ...adopted };
      await db.insert(replicas).values(row).onConflictDoUpdate({ target: replicas.id, set: adopted });
    },
    async leave(id) {
      await db.delete(replicas).where(eq(replicas.id, id));
    },
    async prune(before) {
      await db
        .delete(replicas)
        .where(and(lt(replicas.seenAt, before), or(isNull(adoptedAt), lt(adoptedAt, before - ADOPTED_MS))));
    },
  };
}
