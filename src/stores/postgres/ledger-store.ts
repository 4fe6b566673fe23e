import { type SQL, sql } from "drizzle-orm";
import type { DenialRecord, LedgerStore } from "@/core/ledger/entry";
import type { Database } from "./client";
import { acceptableJson, jsonText } from "./json-text";
import { LEDGER_COLUMNS, LOG_COLUMNS, LONGEST_WORD } from "./ledger-columns";
import { ledgerRejects } from "./schema/ledger-rejects";

const FLUSH_MS = 15_000;

const iso = (at: number) => new Date(at).toISOString();
const clipped = (text: string | null) => text?.slice(0, LONGEST_WORD) ?? null;

/** Keys are the columns of `denials`. The model is the client's word and may be of any length. */
const denialColumns = (denial: DenialRecord) => ({
  id: denial.id,
  at: iso(denial.at),
  user_id: denial.userId,
  key_id: denial.keyId,
  key_prefix: denial.keyPrefix,
  protocol: denial.protocol,
  operation: denial.operation,
  model: clipped(denial.model),
  status: denial.status,
  code: denial.code,
  params: denial.params,
  decision: denial.decision,
});

/**
 * One statement per batch (quota.md Q47): rows in the order of (id, attempt), so that overlapping batches of several writers never deadlock;
 * only inserted rows reach the rollup, so that a replay or a second witness of the same attempt adds nothing.
 */
const recordStatement = (settlements: string): SQL => sql`
with settled as materialized (
  select (s->>0)::uuid as id, s->2 as entries, s->3 as request from jsonb_array_elements(${settlements}::jsonb) as s),
src as (
  select distinct on (id, attempt) * from (
    select id, ${sql.raw(LEDGER_COLUMNS.values)} from settled, jsonb_array_elements(entries) as entry) as e
  order by id, attempt, admitted_at),
ins as (
  insert into usage_ledger (id, ${sql.raw(LEDGER_COLUMNS.names)})
  select id, ${sql.raw(LEDGER_COLUMNS.names)}
  from src s
  where not exists (
    select from usage_ledger l where l.id = s.id and l.attempt = s.attempt
      and l.admitted_at between s.admitted_at - interval '1 day' and s.admitted_at + interval '1 day')
  order by id, attempt
  on conflict do nothing
  returning *),
roll as (
  insert into usage_rollup (user_id, bucket, key_id, model_group_id, counted_in_user_global, counted_in_key_global,
    cost_nusd, requests, tokens, entries)
  select user_id, date_bin('5 minutes', admitted_at, '2000-01-01 00:00+00'), key_id, coalesce(model_group_id, 0),
    counted_in_user_global, counted_in_key_global, sum(cost_nusd), sum(requests), sum(tokens), count(*)
  from ins group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6
  on conflict (user_id, bucket, key_id, model_group_id, counted_in_user_global, counted_in_key_global) do update set
    cost_nusd = usage_rollup.cost_nusd + excluded.cost_nusd, requests = usage_rollup.requests + excluded.requests,
    tokens = usage_rollup.tokens + excluded.tokens, entries = usage_rollup.entries + excluded.entries),
log as (
  insert into requests (id, ${sql.raw(LOG_COLUMNS.names)})
  select distinct on (id) id, ${sql.raw(LOG_COLUMNS.names)}
  from (select id, ${sql.raw(LOG_COLUMNS.values)} from settled where request <> 'null') as r
  where not exists (
    select from requests q where q.id = r.id and q.at between r.at - interval '1 day' and r.at + interval '1 day')
  order by id, at
  on conflict do nothing)
select count(*) from ins`;

const denialStatement = (denials: string): SQL => sql`
insert into denials (id, at, user_id, key_id, key_prefix, protocol, operation, model, status, code, params, decision)
select d.id, d.at, d.user_id, d.key_id, d.key_prefix, d.protocol, d.operation, d.model, d.status, d.code, d.params, d.decision
from jsonb_to_recordset(${denials}::jsonb) as d(
  id uuid, at timestamptz, user_id bigint, key_id bigint, key_prefix text, protocol text, operation text, model text, status integer,
  code text, params jsonb, decision jsonb)
order by d.id
on conflict do nothing`;

/**
 * The ledger in PostgreSQL. `record` throws `database_unavailable` when the same batch may pass later, and `internal_error`
 * when one of its rows is refused for what it holds: halve the batch, and `reject` the row that is left (quota.md Q48).
 */
export function ledgerStore(database: Database): LedgerStore {
  const flush = (statement: SQL) => database.transaction((tx) => tx.execute(statement), { statementMs: FLUSH_MS });
  return {
    async record(settlements) {
      if (settlements.length > 0) await flush(recordStatement(`[${settlements.map(acceptableJson).join(",")}]`));
    },
    async reject(entry, reason) {
      const text = reason.replaceAll("\u0000", "").toWellFormed();
      await database.db.insert(ledgerRejects).values({ reason: text, entry: jsonText(entry) });
    },
    async recordDenials(denials) {
      if (denials.length > 0) await flush(denialStatement(jsonText(denials.map(denialColumns))));
    },
  };
}
