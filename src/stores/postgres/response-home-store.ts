import { createHash } from "node:crypto";
import { and, eq, gt, inArray, lt, sql } from "drizzle-orm";
import type { ResponseHomeStore } from "@/core/channels/lasting-homes";
import type { Database } from "./client";
import { responseHomes } from "./schema/response-homes";

const { digest, channelId, userId, model, keptAt } = responseHomes;

/** Homes of stored responses in PostgreSQL. */
export function responseHomeStore({ db }: Pick<Database, "db">): ResponseHomeStore {
  return {
    async keep(homes) {
      if (homes.length === 0) return;
      const rows = homes.map(({ responseId, home, at }) => ({ digest: digestOf(responseId), ...home, keptAt: at }));
      // In one order, so that two replicas with the same ids do not wait for each other.
      rows.sort((one, other) => (one.digest < other.digest ? -1 : 1));
      await db
        .insert(responseHomes)
        .values(rows)
        .onConflictDoUpdate({
          target: digest,
          set: {
            channelId: sql`excluded.channel_id`,
            userId: sql`excluded.user_id`,
            model: sql`excluded.model`,
            keptAt: sql`excluded.kept_at`,
          },
        });
    },
    async find(responseId, since) {
      const [home] = await db
        .select({ channelId, userId, model })
        .from(responseHomes)
        .where(and(eq(digest, digestOf(responseId)), gt(keptAt, since)));
      return home ?? null;
    },
    async forget(before, limit) {
      const old = db.select({ digest }).from(responseHomes).where(lt(keptAt, before)).limit(limit);
      const gone = await db.delete(responseHomes).where(inArray(digest, old)).returning({ digest });
      return gone.length;
    },
  };
}

function digestOf(responseId: string): string {
  return createHash("sha256").update(responseId).digest("base64url");
}
