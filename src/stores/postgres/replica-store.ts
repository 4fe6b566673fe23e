import { and, desc, eq, getTableColumns, gte, isNull, lt, or } from "drizzle-orm";
import type { RunningReplica } from "@/core/config/replica";
import type { Database } from "./client";
import { replicas } from "./schema/replicas";

const ADOPTED_MS = 172_800_000;

/** A process as it was last known; instants are epoch ms. */
type ReplicaRow = typeof replicas.$inferSelect;

/** Heartbeats of the running processes. */
export type ReplicaStore = {
  beat(replica: RunningReplica): Promise<void>;
  /** The last that is known of a process; null: nothing. */
  find(id: string): Promise<ReplicaRow | null>;
  /** Notes that all a dead replica sent is in the ledger, for those who close its holds (quota.md Q45). */
  adopt(id: string, now: number): Promise<void>;
  /** Those seen at or after `since`, the newest beat first; not those that were adopted, which are dead. */
  list(since: number): Promise<readonly RunningReplica[]>;
  /** At a clean stop. */
  leave(id: string): Promise<void>;
  /** Forgets those not seen since `before`; adopted ones are kept two days longer, as long as their holds may be. */
  prune(before: number): Promise<void>;
};

/** Heartbeats in PostgreSQL. */
export function replicaStore({ db }: Pick<Database, "db">): ReplicaStore {
  const { adoptedAt, ...running } = getTableColumns(replicas);
  return {
    async beat(replica) {
      await db.insert(replicas).values(replica).onConflictDoUpdate({ target: replicas.id, set: replica });
    },
    async find(id) {
      const [row] = await db.select().from(replicas).where(eq(replicas.id, id));
      return row ?? null;
    },
    async adopt(id, now) {
      const unseen = {
        id,
        role: "gateway",
        release: "",
        configVersion: 0,
        startedAt: now,
        seenAt: now,
        adoptedAt: now,
      };
      await db
        .insert(replicas)
        .values(unseen)
        .onConflictDoUpdate({ target: replicas.id, set: { adoptedAt: now } });
    },
    list: (since) =>
      db
        .select(running)
        .from(replicas)
        .where(and(gte(replicas.seenAt, since), isNull(adoptedAt)))
        .orderBy(desc(replicas.seenAt)),
    async leave(id) {
      await db.delete(replicas).where(eq(replicas.id, id));
    },
    async prune(before) {
      await db
        .delete(replicas)
        .where(
          or(and(lt(replicas.seenAt, before), isNull(replicas.adoptedAt)), lt(replicas.adoptedAt, before - ADOPTED_MS)),
        );
    },
  };
}
