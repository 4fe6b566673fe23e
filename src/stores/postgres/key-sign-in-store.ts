import { eq, lt, or, sql } from "drizzle-orm";
import type { KeySignInStore } from "@/core/access/key-sign-in";
import type { Database } from "./client";
import { keySecrets } from "./schema/key-secrets";
import { keySignIns } from "./schema/key-sign-ins";

/** Sign-ins with keys in PostgreSQL. */
export function keySignInStore({ db }: Pick<Database, "db">): KeySignInStore {
  return {
    async insert(digest, { keyDigest, at }) {
      const instant = new Date(at).toISOString();
      const rows = await db.execute(sql`
        insert into key_sign_ins (digest, key_secret_id, created_at, seen_at)
        select ${digest}, id, ${instant}::timestamptz, ${instant}::timestamptz from key_secrets where digest = ${keyDigest}
        returning digest`);
      return rows.length > 0;
    },
    async find(digest) {
      const [row] = await db
        .select({ keyDigest: keySecrets.digest, createdAt: keySignIns.createdAt, seenAt: keySignIns.seenAt })
        .from(keySignIns)
        .innerJoin(keySecrets, eq(keySecrets.id, keySignIns.keySecretId))
        .where(eq(keySignIns.digest, digest));
      return row ?? null;
    },
    async touch(digest, at) {
      await db.update(keySignIns).set({ seenAt: at }).where(eq(keySignIns.digest, digest));
    },
    async delete(digest) {
      await db.delete(keySignIns).where(eq(keySignIns.digest, digest));
    },
    async expire({ created, seen }) {
      await db.delete(keySignIns).where(or(lt(keySignIns.createdAt, created), lt(keySignIns.seenAt, seen)));
    },
  };
}
