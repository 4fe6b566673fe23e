import { type SQL, sql } from "drizzle-orm";
import type { DenialRecord, LedgerEntry, LedgerStore, RequestRecord } from "@/core/ledger/entry";
import type { Database } from "./client";
import { jsonText } from "./json-text";
import { ledgerRejects } from "./schema/ledger-rejects";

const FLUSH_MS = 15_000;
const LONGEST_NAME = 256;

const iso = (at: number) => new Date(at).toISOString();
const clipped = (text: string | null) => text?.slice(0, LONGEST_NAME) ?? null;

/** Keys are the columns of `usage_ledger`. */
const entryColumns = (entry: LedgerEntry) => ({
  id: entry.id,
  attempt: entry.attempt,
  admitted_at: iso(entry.admittedAt),
  user_id: entry.userId,
  key_id: entry.keyId,
  model_group_id: entry.modelGroupId,
  model: entry.model,
  channel_id: entry.channelId,
  hold_no: entry.holdNo,
  outcome: entry.outcome,
  cost_nusd: entry.costNanoUsd,
  requests: entry.requests,
  tokens: entry.tokens,
  cost_source: entry.costSource,
  counted_in_user_global: entry.countedInUserGlobal,
  counted_in_key_global: entry.countedInKeyGlobal,
  fail_open: entry.failOpen,
  detail: entry.detail,
});

/** Keys are the columns of `requests`. */
const requestColumns = (request: RequestRecord) => ({
  id: request.id,
  at: iso(request.at),
  user_id: request.userId,
  key_id: request.keyId,
  key_prefix: request.keyPrefix,
  protocol: request.protocol,
  operation: request.operation,
  model: request.model,
  upstream_model: request.upstreamModel,
  channel_id: request.channelId,
  stream: request.stream,
  outcome: request.outcome,
  status: request.status,
  code: request.code,
  input_tokens: request.inputTokens,
  cached_tokens: request.cachedTokens,
  output_tokens: request.outputTokens,
  cost_nusd: request.costNanoUsd,
  cost_source: request.costSource,
  first_byte_ms: request.firstByteMs === null ? null : Math.round(request.firstByteMs),
  duration_ms: Math.round(request.durationMs),
  attempts: request.attempts,
  upstream_request_id: clipped(request.upstreamRequestId),
  decision: request.decision,
});

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
const recordStatement = (entries: string, requests: string): SQL => sql`
with src as (
  select distinct on (e.id, e.attempt) e.*
  from jsonb_to_recordset(${entries}::jsonb) as e(
    id uuid, attempt smallint, admitted_at timestamptz, user_id bigint, key_id bigint, model_group_id bigint, model text,
    channel_id bigint, hold_no smallint, outcome text, cost_nusd bigint, requests smallint, tokens bigint, cost_source text,
    counted_in_user_global boolean, counted_in_key_global boolean, fail_open boolean, detail jsonb)
  order by e.id, e.attempt, e.admitted_at),
ins as (
  insert into usage_ledger (id, attempt, admitted_at, user_id, key_id, model_group_id, model, channel_id, hold_no, outcome,
    cost_nusd, requests, tokens, cost_source, counted_in_user_global, counted_in_key_global, fail_open, detail)
  select id, attempt, admitted_at, user_id, key_id, model_group_id, model, channel_id, hold_no, outcome,
    cost_nusd, requests, tokens, cost_source, counted_in_user_global, counted_in_key_global, fail_open, detail
  from src s
  where not exists (
    select from usage_ledger l where l.id = s.id and l.attempt = s.attempt
      and l.admitted_at between s.admitted_at - interval '1 day' and s.admitted_at + interval '1 day')
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
  insert into requests (id, at, user_id, key_id, key_prefix, protocol, operation, model, upstream_model, channel_id, stream, outcome,
    status, code, input_tokens, cached_tokens, output_tokens, cost_nusd, cost_source, first_byte_ms, duration_ms, attempts,
    upstream_request_id, decision)
  select distinct on (r.id) r.id, r.at, r.user_id, r.key_id, r.key_prefix, r.protocol, r.operation, r.model, r.upstream_model,
    r.channel_id, r.stream, r.outcome, r.status, r.code, r.input_tokens, r.cached_tokens, r.output_tokens, r.cost_nusd,
    r.cost_source, r.first_byte_ms, r.duration_ms, r.attempts, r.upstream_request_id, r.decision
  from jsonb_to_recordset(${requests}::jsonb) as r(
    id uuid, at timestamptz, user_id bigint, key_id bigint, key_prefix text, protocol text, operation text, model text,
    upstream_model text, channel_id bigint, stream boolean, outcome text, status integer, code text, input_tokens bigint,
    cached_tokens bigint, output_tokens bigint, cost_nusd bigint, cost_source text, first_byte_ms integer, duration_ms integer,
    attempts jsonb, upstream_request_id text, decision jsonb)
  where not exists (
    select from requests q where q.id = r.id and q.at between r.at - interval '1 day' and r.at + interval '1 day')
  order by r.id, r.at
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
    async record(entries, requests) {
      if (entries.length === 0 && requests.length === 0) return;
      await flush(recordStatement(jsonText(entries.map(entryColumns)), jsonText(requests.map(requestColumns))));
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
