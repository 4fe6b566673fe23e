import { eq } from "drizzle-orm";
import type { AuthSource } from "@/core/auth-snapshot";
import type { Database } from "./client";
import { keySecrets } from "./schema/key-secrets";
import { keys } from "./schema/keys";
import { users } from "./schema/users";

const COLUMNS = {
  keyId: keys.id,
  keyName: keys.name,
  keyPrefix: keySecrets.prefix,
  keyEnabled: keys.enabled,
  keyExpiresAt: keys.expiresAt,
  secretExpiresAt: keySecrets.expiresAt,
  models: keys.models,
  userId: users.id,
  userName: users.name,
  userEnabled: users.enabled,
};

/** Reads auth snapshots in one query; during a rotation both secrets are found, the older one with its own end. */
export function authSource({ db }: Pick<Database, "db">): AuthSource {
  return {
    async findByDigest(digest) {
      const [row] = await db
        .select(COLUMNS)
        .from(keySecrets)
        .innerJoin(keys, eq(keys.id, keySecrets.keyId))
        .innerJoin(users, eq(users.id, keys.userId))
        .where(eq(keySecrets.digest, digest));
      if (row === undefined) return null;
      const { keyExpiresAt, secretExpiresAt, models, ...snapshot } = row;
      const ends = [keyExpiresAt, secretExpiresAt].filter((end) => end !== null);
      return {
        ...snapshot,
        ...{ version: 0, userGroups: [], limits: [], boosts: [], restarts: [] },
        expiresAt: ends.length === 0 ? null : Math.min(...ends),
        models: models === null ? null : new Set(models),
      };
    },
  };
}
