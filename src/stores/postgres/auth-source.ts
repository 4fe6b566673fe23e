import { eq, sql } from "drizzle-orm";
import type { AuthSource } from "@/core/auth-snapshot";
import type { BoostRow, GroupMembership, LimitRow, RestartRow } from "@/core/quota/limit";
import type { Database } from "./client";
import { keySecrets } from "./schema/key-secrets";
import { keys } from "./schema/keys";
import { users } from "./schema/users";

/** SQL: epoch ms of an instant. */
const epochMs = (column: string) => sql.raw(`floor(extract(epoch from ${column}) * 1000)::bigint`);

/** SQL: a JSON array of the objects that `object` makes of each row, in the given order; empty without rows. */
const listOf = <Row>(object: ReturnType<typeof sql>, order: string) =>
  sql<readonly Row[]>`coalesce(json_agg(${object} order by ${sql.raw(order)}), '[]')`;

const GROUPS = sql<readonly GroupMembership[]>`(
  select ${listOf(sql`json_build_object('id', g.id, 'name', g.name, 'joinedVersion', m.joined_version)`, "g.id")}
  from user_group_users m join user_groups g on g.id = m.user_group_id where m.user_id = users.id)`;

// A union, because each branch has an index of its own.
const LIMITS = sql<readonly LimitRow[]>`(
  select ${listOf(
    sql`json_build_object('id', l.id, 'subjectType', l.subject_type, 'subjectId', coalesce(l.user_id, l.user_group_id, l.key_id),
    'modelGroupId', l.model_group_id, 'unit', l.unit, 'window', l."window", 'state', l.state, 'amount', l.amount, 'mode', l.mode,
    'enforcement', l.enforcement, 'stateVersion', l.state_version)`,
    "l.id",
  )}
  from (
    select * from limits where user_id = users.id
    union all select * from limits where key_id = keys.id
    union all select of_group.* from user_group_users m join limits of_group on of_group.user_group_id = m.user_group_id
      where m.user_id = users.id) l)`;

const BOOSTS = sql<readonly BoostRow[]>`(
  select ${listOf(
    sql`json_build_object('id', b.id, 'userId', b.user_id, 'modelGroupId', b.model_group_id, 'unit', b.unit, 'window', b."window",
    'amount', b.amount, 'validFrom', ${epochMs("b.valid_from")}, 'validTo', ${epochMs("b.valid_to")}, 'endedAt', ${epochMs("b.ended_at")})`,
    "b.id",
  )}
  from boosts b where b.user_id = users.id and b.valid_to > now() - interval '1 day'
    and (b.ended_at is null or b.ended_at > now() - interval '1 day'))`;

const RESTARTS = sql<readonly RestartRow[]>`(
  select ${listOf(
    sql`json_build_object('axis', r.subject_type, 'subjectId', coalesce(r.user_id, r.key_id), 'modelGroupId', r.model_group_id,
    'unit', r.unit, 'restartedAt', ${epochMs("r.restarted_at")})`,
    "r.id",
  )}
  from (
    select distinct on (subject_type, coalesce(model_group_id, 0), unit) * from (
      select * from usage_restarts where user_id = users.id union all select * from usage_restarts where key_id = keys.id) restart
    order by subject_type, coalesce(model_group_id, 0), unit, restarted_at desc, id desc) r)`;

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
  version: sql`(select version from config_version)`.mapWith(Number),
  userGroups: GROUPS,
  limits: LIMITS,
  boosts: BOOSTS,
  restarts: RESTARTS,
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
      const { keyExpiresAt, secretExpiresAt, models, ...snapshot } = row;
      const ends = [keyExpiresAt, secretExpiresAt].filter((end) => end !== null);
      return {
        ...snapshot,
        expiresAt: ends.length === 0 ? null : Math.min(...ends),
        models: models === null ? null : new Set(models),
      };
    },
  };
}
