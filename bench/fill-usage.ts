import type { Database } from "@/stores/postgres/client";

/** How much a database is filled with. */
export type UsageSize = {
  /** Ledger entries; a tenth as many denials come on top. */
  readonly entries: number;
  readonly days: number;
};

const CHUNKS = 20;
const USERS = 500;
const KEYS = 800;
const MODELS = 12;
const CHANNELS = 6;
const GROUPS = 5;
const AUDITED = 200_000;

/**
 * Fills an empty, migrated database with the traffic of the days before now: 500 users with 800 keys, 12 models in 5 groups on 6 channels, the first
 * ones used most (each about 1/n as much as the first). Ledger, request log and five-minute rollup agree; marks are left to the roll-up.
 */
export async function fillUsage({ sql }: Pick<Database, "sql">, { entries, days }: UsageSize): Promise<void> {
  await sql.unsafe(SUBJECTS);
  for (const at of [days, days / 2, 0]) await sql.unsafe(`select ensure_partitions(now() - interval '${at} days', 1)`);
  for (let chunk = 0; chunk < CHUNKS; chunk++) {
    const first = Math.floor((chunk * entries) / CHUNKS);
    const past = Math.floor(((chunk + 1) * entries) / CHUNKS);
    await sql.unsafe(stage(first, past, { entries, days }));
    await sql.unsafe(LEDGER);
    await sql.unsafe(REQUESTS);
    await sql.unsafe(DENIALS);
  }
  await sql.unsafe(ROLLUP);
  await sql.unsafe(AUDIT);
  for (const table of ["usage_ledger", "requests", "denials", "usage_rollup", "audit_log", "users", "keys"])
    await sql.unsafe(`vacuum analyze ${table}`);
}

const SUBJECTS = `
insert into users (id, name, email) overriding system value
select i, 'user ' || i, 'user' || i || '@example.com' from generate_series(1, ${USERS}) i;
insert into keys (id, user_id, name) overriding system value
select i, 1 + (i - 1) % ${USERS}, 'key ' || i from generate_series(1, ${KEYS}) i;
insert into key_secrets (key_id, digest, prefix, last_four) select id, md5(id::text), 'sk-sluice-' || id, 'abcd' from keys;
insert into channels (id, name, protocols, base_url, models, timeouts, headers) overriding system value
select i, 'channel ' || i, '["openai-chat"]', 'https://api.example.com/v1', '["model-1"]', '{}', '{}' from generate_series(1, ${CHANNELS}) i;
insert into model_groups (id, name, slug) overriding system value select i, 'models ' || i, 'models-' || i from generate_series(1, ${GROUPS}) i;
insert into user_groups (id, name) overriding system value select i, 'team ' || i from generate_series(1, ${GROUPS}) i;
insert into user_group_users (user_group_id, user_id) select 1 + (i + n) % ${GROUPS}, i from generate_series(1, ${USERS}) i, generate_series(0, 1) n where n = 0 or i % 3 = 0;
create unlogged table staged as
select i, now() as at, gen_random_uuid() as id, i as user_id, i as key_id, i as model, i as channel, 'ok'::text as outcome, i as fresh, i as cached,
  i as output, i as cost, random() as dice from generate_series(1, 0) i`;

/** Rows `first` to `past` of all, in the order of time. */
function stage(first: number, past: number, { entries, days }: UsageSize): string {
  return `
truncate staged;
insert into staged
select i, at, (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5(i::text), 1, 19))::uuid, user_id,
  case when user_id <= ${KEYS - USERS} and dice < 0.4 then user_id + ${USERS} else user_id end, model,
  1 + (model + (dice * 2)::integer) % ${CHANNELS},
  case when dice < 0.001 then 'interrupted' when dice < 0.03 then 'upstream_error' when dice < 0.05 then 'client_aborted' else 'ok' end,
  fresh, cached, output, fresh * 250 + cached * 25 + output * 1000, dice
from (
  select i, date_trunc('milliseconds', now() - interval '1 minute' - (${entries} - i) * (interval '${days} days' / ${entries})) as at,
    floor(power(${USERS + 1}, random()))::integer as user_id, floor(power(${MODELS + 1}, random()))::integer as model, random() as dice,
    (random() * 4000)::integer as fresh, (random() * 8000)::integer as cached, (random() * 800)::integer as output
  from generate_series(${first + 1}, ${past}) i offset 0) drawn;
analyze staged`;
}

const LEDGER = `
insert into usage_ledger (id, attempt, admitted_at, user_id, key_id, model_group_id, model, channel_id, outcome, cost_nusd, requests, tokens,
  cost_source, detail, settled_at)
select id, 1, at, user_id, key_id, 1 + model % ${GROUPS}, 'model-' || model, channel, outcome, cost, 1, fresh + cached + output, 'upstream',
  jsonb_build_object('tier', 'standard', 'listCostNanoUsd', cost, 'parts', jsonb_build_array(jsonb_build_object('priceRowId', 1, 'model', 'model-' || model,
    'counts', jsonb_build_object('input_text', fresh, 'cache_read_text', cached, 'output_text', output),
    'components', jsonb_build_object('input_text', '250000', 'cache_read_text', '25000', 'output_text', '1000000')))), at + interval '2 seconds'
from staged order by i`;

const REQUESTS = `
insert into requests (id, at, user_id, key_id, key_prefix, protocol, operation, model, upstream_model, channel_id, stream, outcome, status, code,
  input_tokens, cached_tokens, output_tokens, cost_nusd, cost_source, first_byte_ms, duration_ms, attempts, decision)
select id, at, user_id, key_id, 'sk-sluice-Ab12', 'openai-chat', 'chat', 'model-' || model, 'model-' || model, channel, true, outcome,
  case outcome when 'upstream_error' then 502 else 200 end,
  case outcome when 'upstream_error' then case when dice < 0.0012 then 'upstream_timeout' else 'upstream_error' end end, fresh + cached, cached, output, cost,
  'upstream', 300, 2000,
  jsonb_build_array(jsonb_build_object('attempt', 1, 'channelId', channel, 'startedAt', extract(epoch from at), 'firstByteMs', 300, 'status', 200)),
  '{"v": 1, "outcome": "admitted"}'
from staged order by i`;

const DENIALS = `
insert into denials (id, at, user_id, key_id, key_prefix, protocol, operation, model, status, code)
select gen_random_uuid(), at + interval '1 second', user_id, key_id, 'sk-sluice-Ab12', 'openai-chat', 'chat', 'model-' || model, 429,
  case when dice < 0.9005 then 'ip_not_allowed' else 'limit_exceeded' end
from staged where dice >= 0.9 order by i`;

const ROLLUP = `
insert into usage_rollup (user_id, bucket, key_id, model_group_id, counted_in_user_global, counted_in_key_global, cost_nusd, requests, tokens, entries)
select user_id, date_bin('5 minutes', admitted_at, '2000-01-01 00:00+00'), key_id, coalesce(model_group_id, 0), counted_in_user_global,
  counted_in_key_global, sum(cost_nusd), sum(requests), sum(tokens), count(*)
from usage_ledger group by 1, 2, 3, 4, 5, 6`;

const AUDIT = `
insert into audit_log (at, actor_kind, actor_name, operation, target, before, after)
select now() - (${AUDITED} - i) * interval '12 seconds', 'account', 'user ' || 1 + i % 9, case when i % 5000 = 0 then 'settings.update' else 'keys.update' end, 'key:' || 1 + i % ${KEYS}, '{"enabled": true}',
  '{"enabled": false}'
from generate_series(1, ${AUDITED}) i`;
