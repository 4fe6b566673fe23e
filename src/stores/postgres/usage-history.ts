import { type SQL, sql } from "drizzle-orm";
import type { Seed } from "@/core/quota/quota-store";
import type { SeedAsk, UsageHistory } from "@/core/quota/usage-history";
import type { Database } from "./client";
import { jsonText } from "./json-text";

/** The rollup's grid. Every start of a window lies on it, save that of a `total` that was restarted by hand (quota.md Q14, Q17). */
const GRID_MS = 300_000;
const READ_MS = 15_000;

/** A range of settled usage to sum up; instants as ISO texts. */
type RangeAsk = {
  /** Index of the bucket. */
  readonly no: number;
  readonly axis: SeedAsk["axis"];
  readonly subject: number;
  readonly target: number;
  readonly unit: SeedAsk["unit"];
  /** Half open, on the rollup's grid; null: from the start of the fixed window. */
  readonly first: string | null;
  /** Null: as long as the fixed window. */
  readonly past: string | null;
  /** One sum per so many seconds, from the epoch on; null: one sum. */
  readonly slice: number | null;
  /** Fixed: its length in s, and the instant after which a window must have begun to be running still. */
  readonly length: number | null;
  readonly younger: string | null;
  /** Half open, before `first`: read from the ledger itself; null: nothing. */
  readonly edge: string | null;
};

/** A sum of a bucket as the driver returns it: bigints are texts. */
type SumRow = {
  readonly no: number;
  /** Start of the fixed window in epoch s. */
  readonly anchor: string | null;
  readonly slice: string | null;
  readonly amount: string | null;
};

const iso = (at: number) => new Date(at).toISOString();

/** What counts in the bucket `a`: a model group by its id, the global target by the flag of its axis. */
const COUNTED = (row: string) =>
  sql.raw(`${row}.user_id = a.user_id and (a.axis = 'user' or ${row}.key_id = a.subject) and case
    when a.target <> 0 then ${row}.model_group_id = a.target
    when a.axis = 'user' then ${row}.counted_in_user_global else ${row}.counted_in_key_global end`);

const AMOUNT = (row: string) =>
  sql.raw(
    `sum(case a.unit when 'usd' then ${row}.cost_nusd when 'tokens' then ${row}.tokens else ${row}.requests end)::text`,
  );

/** One index range of (user_id, bucket) per bucket; the ledger is read between a restart and the next 5 minutes alone. */
const sumsStatement = (userId: number, ranges: readonly RangeAsk[]): SQL => sql`
with a as materialized (
  select r.*, ${userId}::bigint as user_id, w.started_at, coalesce(r.first, w.started_at) as since,
    coalesce(r.past, w.started_at + r.length * interval '1 second') as until
  from jsonb_to_recordset(${jsonText(ranges)}::jsonb) as r(no integer, axis text, subject bigint, target bigint, unit text,
    first timestamptz, past timestamptz, slice bigint, length integer, younger timestamptz, edge timestamptz)
  left join window_anchors w on r.length is not null and w.axis = r.axis and w.subject_id = r.subject
    and w.model_group_id = r.target and w.unit = r.unit and w.started_at > r.younger)
select a.no, extract(epoch from a.started_at)::bigint::text as anchor, s.slice, s.amount
from a left join lateral (
  select floor(extract(epoch from u.bucket) / a.slice)::bigint::text as slice, ${AMOUNT("u")} as amount
  from usage_rollup u where ${COUNTED("u")} and u.bucket >= a.since and u.bucket < a.until
  group by 1) s on true
union all
select a.no, null, null, e.amount
from a cross join lateral (
  select ${AMOUNT("l")} as amount
  from usage_ledger l where ${COUNTED("l")} and l.admitted_at >= a.edge and l.admitted_at < a.since) e
where a.edge is not null`;

/**
 * Holds whose rows were written in the last 15 minutes. A request lasts at most an hour, so that those are found by their admission, for which
 * there is an index. When a row was written is the database's time, admission the store's.
 */
const closedStatement = (userId: number, at: number): SQL => sql`
select distinct replace(id::text, '-', '') || '.' || hold_no as hold from usage_ledger
where user_id = ${userId} and admitted_at >= ${iso(at)}::timestamptz - interval '1 hour 15 minutes'
  and settled_at >= now() - interval '15 minutes'`;

/**
 * The settled past of a user in PostgreSQL: sums of the rollup, of the ledger where a restart lies off its grid, and the starts of fixed windows
 * (quota.md Q49, Q50). Both statements see one snapshot.
 */
export function usageHistory(database: Database): UsageHistory {
  return {
    read({ userId, buckets, at }) {
      return database.transaction(
        async (tx) => {
          const sums =
            buckets.length === 0 ? [] : await tx.execute<SumRow>(sumsStatement(userId, rangesOf(buckets, at)));
          const closed = await tx.execute<{ hold: string }>(closedStatement(userId, at));
          const byBucket = Map.groupBy(sums, ({ no }) => no);
          return {
            seeds: buckets.map((bucket, no) => seedOf(bucket, byBucket.get(no) ?? [])),
            closed: closed.map(({ hold }) => ({ holdId: hold, state: "settled" as const })),
          };
        },
        { snapshot: true, statementMs: READ_MS },
      );
    },
  };
}

function rangesOf(buckets: readonly SeedAsk[], at: number): readonly RangeAsk[] {
  return buckets.map((bucket, no) => {
    const { axis, subjectId: subject, modelGroupId: target, unit } = bucket;
    const whole = { no, axis, subject, target, unit, slice: null, length: null, younger: null, edge: null };
    return { ...whole, ...boundsOf(bucket, at) };
  });
}

function boundsOf({ kind, start, end }: SeedAsk, at: number): Pick<RangeAsk, "first" | "past"> & Partial<RangeAsk> {
  const second = Math.floor(at / 1000);
  switch (kind) {
    case "calendar":
      return { first: iso(start * 1000), past: iso(end * 1000) };
    case "rolling": {
      const current = Math.floor(second / start);
      return { first: iso((current - end) * start * 1000), past: iso((current + 1) * start * 1000), slice: start };
    }
    case "fixed":
      return { first: null, past: null, length: start, younger: iso((second - start) * 1000) };
    case "total": {
      const first = Math.ceil(start / GRID_MS) * GRID_MS;
      return { first: iso(first), past: "infinity", edge: first === start ? null : iso(start) };
    }
  }
}

function seedOf({ id, kind, start, end }: SeedAsk, rows: readonly SumRow[]): Seed {
  const settled = rows.reduce((sum, { amount }) => sum + Number(amount), 0);
  const slices = rows.flatMap(({ slice, amount }): [number, number][] =>
    slice === null || Number(amount) === 0 ? [] : [[Number(slice), Number(amount)]],
  );
  const slot = { calendar: start, total: start, rolling: 0, fixed: Number(rows[0]?.anchor ?? 0) }[kind];
  return { id, kind, start, end, slot, settled, slices: slices.sort(([a], [b]) => a - b) };
}
