import { sql } from "drizzle-orm";
import type { BoostRow, GroupMembership, LimitRow, RestartRow } from "@/core/quota/limit";
import type { RateRow } from "@/core/quota/rate-row";
import type { MaxConcurrent } from "@/core/vocabulary";

/** SQL: epoch ms of an instant. */
const epochMs = (column: string) => sql.raw(`floor(extract(epoch from ${column}) * 1000)::bigint`);

/** SQL: a JSON array of the objects that `object` makes of each row, in the given order; empty without rows. */
const listOf = <Row>(object: ReturnType<typeof sql>, order: string) =>
  sql<readonly Row[]>`coalesce(json_agg(${object} order by ${sql.raw(order)}), '[]')`;

const GROUPS = sql<readonly GroupMembership[]>`(
  select ${listOf(
    sql`json_build_object('id', g.id, 'name', g.name, 'joinedVersion', m.joined_version, 'costMultiplierPpm', g.cost_multiplier_ppm)`,
    "g.id",
  )}
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

// A group's rate counts for its users, an override only for its own user.
const RATES = sql<readonly RateRow[]>`(
  select ${listOf(
    sql`json_build_object('id', r.id, 'subjectType', r.subject_type, 'userId', r.user_id, 'userGroupId', r.user_group_id, 'keyId', r.key_id,
    'modelGroupId', r.model_group_id, 'model', r.model, 'metric', r.metric, 'amount', r.amount, 'burst', r.burst)`,
    "r.id",
  )}
  from (
    select * from rates where subject_type = 'everyone'
    union all select * from rates where user_id = users.id
    union all select * from rates where key_id = keys.id
    union all select of_group.* from user_group_users m join rates of_group
      on of_group.user_group_id = m.user_group_id and of_group.subject_type = 'user_group'
      where m.user_id = users.id) r)`;

/** SQL: how many requests may run at once, as JSON. */
const concurrent = (column: string) =>
  sql.raw(`case ${column} when 0 then '"unlimited"'::json else to_json(${column}) end`);
const MAX_CONCURRENT = sql<{ readonly user: MaxConcurrent; readonly key: MaxConcurrent }>`json_build_object(
  'user', ${concurrent("users.max_concurrent")}, 'key', ${concurrent("keys.max_concurrent")})`;

/** What limits depend on, in one statement over `users` and `keys`; `version` is the config version of the same moment. */
export const LIMITED_COLUMNS = {
  version: sql`(select version from config_version)`.mapWith(Number),
  userGroups: GROUPS,
  limits: LIMITS,
  boosts: BOOSTS,
  restarts: RESTARTS,
  rates: RATES,
  maxConcurrent: MAX_CONCURRENT,
};
