import { type SQL, sql } from "drizzle-orm";

/*
 * What the roll-up and the report read from the ledger and the denials, under the columns of `usage_hours`: `at`, eight that tell rows apart, and
 * measures. Both read by these statements, so that an hour is worth the same either way.
 */

/** The UTC hour that holds the instants of a column. */
export const hourOf = (column: SQL): SQL => sql`date_bin('1 hour', ${column}, timestamptz '2000-01-01 00:00+00')`;

/** Columns that tell the rows of `usage_hours` of one bucket apart. */
export const SUBJECT_COLUMNS = sql`user_id, key_id, model, model_group_id, channel_id, counted_in_user_global, counted_in_key_global`;

/** What the rows of hours and days tell apart: everything, users and keys alone, or models, groups and channels alone. */
export type UsageKind = "all" | "keys" | "models";

/** The kinds, and the subject columns of each; what a kind does not tell apart is 0 or nothing. */
export const USAGE_KINDS: Readonly<Record<UsageKind, SQL>> = {
  all: SUBJECT_COLUMNS,
  keys: sql`user_id, key_id, '' as model, 0::bigint as model_group_id, 0::bigint as channel_id, counted_in_user_global, counted_in_key_global`,
  models: sql`0::bigint as user_id, 0::bigint as key_id, model, model_group_id, channel_id, counted_in_user_global, counted_in_key_global`,
};

/** A condition that is always true and lets the indexes of hours and days, which begin with the kind, find a piece of time. */
export const OF_ANY_KIND = sql`kind in ('all', 'keys', 'models')`;

const NAMES = ["cost_nusd", "requests", "tokens", "input_tokens", "cached_tokens", "output_tokens"] as const;
const COUNTS = ["entries", "errors", "denied"] as const;

/** Names of the measures of `usage_hours`, in its order. */
export const MEASURES = [...NAMES, ...COUNTS] as const;
/** One of them. */
export type MeasureColumn = (typeof MEASURES)[number];

/** The measures as a list of columns. */
export const MEASURE_COLUMNS = sql.raw(MEASURES.join(", "));
/** Their sums under the same names. */
export const MEASURE_SUMS = sql.raw(MEASURES.map((name) => `sum(${name})::bigint as ${name}`).join(", "));

/** A half-open piece of time, epoch ms. */
export type TimeRange = { readonly from: number; readonly to: number };

const instants = (times: readonly number[]) =>
  sql`${`{${times.map((at) => new Date(at).toISOString()).join(",")}}`}::timestamptz[]`;

/** Pieces of time as rows `r (first, past)`. */
function rangeRows(ranges: readonly TimeRange[]): SQL {
  return sql`unnest(${instants(ranges.map(({ from }) => from))}, ${instants(ranges.map(({ to }) => to))}) as r (first, past)`;
}

/** Instants (epoch ms) as an array for a statement. */
export const instantArray = instants;

/**
 * Ledger entries of pieces of time that do not overlap. Cost, requests and tokens are signed sums, corrections included; token kinds and errors are
 * those of the last word on an attempt, as a correction keeps the whole truth in its detail and not what it differs by.
 * @param filter a condition over the subject columns of the ledger
 */
export function ledgerParts(ranges: readonly TimeRange[], filter: SQL): SQL {
  return sql`
    select e.at, e.user_id, e.key_id, e.model, e.model_group_id, e.channel_id, e.counted_in_user_global, e.counted_in_key_global, e.cost_nusd,
      e.requests, e.tokens, k.input_tokens, k.cached_tokens, k.output_tokens, 1::bigint as entries, k.errors, 0::bigint as denied
    from ${rangeRows(ranges)} cross join lateral (
      select id, attempt, admitted_at as at, user_id, key_id, model, coalesce(model_group_id, 0) as model_group_id,
        coalesce(channel_id, 0) as channel_id, counted_in_user_global, counted_in_key_global, cost_nusd, requests::bigint as requests, tokens,
        outcome, detail
      from usage_ledger where admitted_at >= r.first and admitted_at < r.past and ${filter} offset 0) e
    left join (
      select c.id, c.attempt % 100 as attempt, max(c.attempt) as last from ${rangeRows(ranges)} cross join lateral (
        select id, attempt from usage_ledger where admitted_at >= r.first and admitted_at < r.past and cost_source = 'correction' offset 0) c
      group by 1, 2) corrected on corrected.id = e.id and corrected.attempt = e.attempt % 100
    cross join lateral (
      select coalesce(sum(n.count) filter (where n.class not like 'output\\_%'), 0)::bigint as input_tokens,
        coalesce(sum(n.count) filter (where n.class like 'cache\\_read\\_%'), 0)::bigint as cached_tokens,
        coalesce(sum(n.count) filter (where n.class like 'output\\_%'), 0)::bigint as output_tokens,
        (e.outcome = 'upstream_error' and e.attempt = coalesce(corrected.last, e.attempt))::integer::bigint as errors
      from (
        select c.key as class, c.value::bigint as count from jsonb_array_elements(e.detail->'parts') p, jsonb_each_text(p->'counts') c
        where e.attempt = coalesce(corrected.last, e.attempt)) n) k`;
}

/** Denials of pieces of time that do not overlap; `filter` is over the subject columns. */
export function denialParts(ranges: readonly TimeRange[], filter: SQL): SQL {
  return sql`
    select * from (
      select d.at, coalesce(d.user_id, 0) as user_id, coalesce(d.key_id, 0) as key_id, coalesce(d.model, '') as model, 0::bigint as model_group_id,
        0::bigint as channel_id, true as counted_in_user_global, true as counted_in_key_global, 0::bigint as cost_nusd, 0::bigint as requests,
        0::bigint as tokens, 0::bigint as input_tokens, 0::bigint as cached_tokens, 0::bigint as output_tokens, 0::bigint as entries,
        0::bigint as errors, 1::bigint as denied
      from ${rangeRows(ranges)} cross join lateral (
        select at, user_id, key_id, model from denials where at >= r.first and at < r.past offset 0) d) denied
    where ${filter}`;
}
