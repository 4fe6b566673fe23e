import { eq } from "drizzle-orm";
import type { AuthSource } from "@/core/auth-snapshot";
import { readAddressRules } from "@/core/keys/address-rules";
import type { Database } from "./client";
import { LIMITED_COLUMNS } from "./limited-columns";
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
  keyIpAllow: keys.ipAllow,
  keyIpDeny: keys.ipDeny,
  userIpAllow: users.ipAllow,
  userIpDeny: users.ipDeny,
  ...LIMITED_COLUMNS,
};

/**
 * Reads auth snapshots, each in one statement and so of one moment; during a rotation both secrets are found, the older one with its own end.
 * Boosts that ended within the last day are told too, for requests that were admitted under them.
 */
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
      const { keyExpiresAt, secretExpiresAt, models, keyIpAllow, keyIpDeny, userIpAllow, userIpDeny, ...snapshot } =
        row;
      const ends = [keyExpiresAt, secretExpiresAt].filter((end) => end !== null);
      return {
        ...snapshot,
        expiresAt: ends.length === 0 ? null : Math.min(...ends),
        models: models === null ? null : new Set(models),
        addressRules: readAddressRules([
          { ipAllow: keyIpAllow, ipDeny: keyIpDeny },
          { ipAllow: userIpAllow, ipDeny: userIpDeny },
        ]),
      };
    },
  };
}
