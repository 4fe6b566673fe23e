import { sql } from "drizzle-orm";
import type { Seed } from "@/core/quota/quota-store";
import type { SeedAsk, UsageHistory, UsageReading } from "@/core/quota/usage-history";
import type { Database } from "./client";
import type { Handle } from "./handle";

/** Rows of a hold appear at most this long after its admission, so that the index on (user_id, admitted_at) finds those written lately. */
const LONGEST_REQUEST = "75 minutes";
/** Holds whose rows are younger are told as closed (quota.md Q49). */
const CLOSED_LATELY = "15 minutes";
const GRID_MS = 300_000;

/** The settled past of a user, read from rollup and ledger in one transaction of one snapshot (quota.md Q49, Q50). */
export function usageHistory(database: Database): UsageHistory {
  return {
    read: ({ userId, buckets, at }) =>
      database.transaction(
        async (tx): Promise<UsageReading> => {
          const starts = await fixedStarts(tx, buckets, at);
          const ranges = buckets.map((bucket, index) => rangeOf(bucket, { at, fixedStart: starts.get(index) ?? null }));
          const sums = await readSums(tx, userId, ranges);
          return {
            seeds: buckets.map((bucket, index) => seedOf(bucket, ranges[index], sums.get(index) ?? [])),
            closed: await readClosed(tx, userId),
          };
        },
        { snapshot: true },
      ),
  };
}

/** Start of the running fixed windows in epoch s, by index of the ask. */
async function fixedStarts(tx: Handle, buckets: readonly SeedAsk[], at: number): Promise<ReadonlyMap<number, number>> {
  const asked = buckets.flatMap(({ kind, axis, subjectId, modelGroupId, unit, start }, index) =>
    kind === "fixed" ? [{ i: index, axis, subject: subjectId, grp: modelGroupId, unit, seconds: start }] : [],
  );
  if (asked.length === 0) return new Map();
  const rows = await tx.execute<{ i: number; start: string }>(sql`
    select a.i, extract(epoch from w.started_at)::bigint as start
    from jsonb_to_recordset(${JSON.stringify(asked)}::jsonb)
      as a(i integer, axis text, subject bigint, grp bigint, unit text, seconds integer)
    join window_anchors w on w.axis = a.axis and w.subject_id = a.subject and w.model_group_id = a.grp and w.unit = a.unit
    where w.started_at + a.seconds * interval '1 second' > ${iso(at)}::timestamptz`);
  return new Map(rows.map(({ i, start }) => [i, Number(start)]));
}

/** What one bucket sums up: half-open, epoch ms; null: nothing. */
type Range = SeedAsk & {
  readonly slot: number;
  readonly from: number | null;
  readonly to: number | null;
  /** Length of the slices that are told apart, s. */
  readonly slice: number | null;
};

function rangeOf(bucket: SeedAsk, { at, fixedStart }: { at: number; fixedStart: number | null }): Range {
  const { kind, start, end } = bucket;
  const whole = { ...bucket, slot: start, slice: null };
  if (kind === "calendar") return { ...whole, from: start * 1000, to: end * 1000 };
  if (kind === "total") return { ...whole, from: start, to: null };
  if (kind === "fixed") {
    if (fixedStart === null) return { ...whole, slot: 0, from: at, to: at };
    return { ...whole, slot: fixedStart, from: fixedStart * 1000, to: (fixedStart + start) * 1000 };
  }
  const current = Math.floor(at / 1000 / start);
  return { ...bucket, slot: 0, slice: start, from: (current - end) * start * 1000, to: (current + 1) * start * 1000 };
}

type Sum = { readonly slice: number; readonly amount: number };

/** Sums of the rollup, and of the ledger for what a restart cuts off a rollup's five minutes. */
async function readSums(tx: Handle, userId: number, ranges: readonly Range[]): Promise<ReadonlyMap<number, Sum[]>> {
  const asked = ranges.map(({ axis, subjectId, modelGroupId, unit, from, to, slice }, index) => {
    const whole = from === null ? null : Math.ceil(from / GRID_MS) * GRID_MS;
    return {
      ...{ i: index, axis, subject: subjectId, grp: modelGroupId, unit, slice, whole: iso(whole), upto: iso(to) },
      begin: from === whole ? null : iso(from),
    };
  });
  const rows = await tx.execute<{ i: number; slice: string | null; amount: string }>(sql`
    with asked as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(asked)}::jsonb) as a(i integer, axis text, subject bigint, grp bigint,
        unit text, slice integer, whole timestamptz, upto timestamptz, begin timestamptz)),
    used as (
      select a.i, a.slice, a.unit, r.bucket as at, r.cost_nusd, r.tokens, r.requests
      from asked a join usage_rollup r on r.user_id = ${userId}
        and r.bucket >= coalesce(a.whole, '-infinity') and r.bucket < coalesce(a.upto, 'infinity')
        and (a.axis = 'user' or r.key_id = a.subject)
        and case when a.grp <> 0 then r.model_group_id = a.grp
          when a.axis = 'user' then r.counted_in_user_global else r.counted_in_key_global end
      union all
      select a.i, a.slice, a.unit, l.admitted_at, l.cost_nusd, l.tokens, l.requests
      from asked a join usage_ledger l on l.user_id = ${userId}
        and l.admitted_at >= a.begin and l.admitted_at < least(a.whole, a.upto)
        and (a.axis = 'user' or l.key_id = a.subject)
        and case when a.grp <> 0 then l.model_group_id = a.grp
          when a.axis = 'user' then l.counted_in_user_global else l.counted_in_key_global end)
    select i, floor(extract(epoch from at) / slice)::bigint as slice,
      sum(case unit when 'usd' then cost_nusd when 'tokens' then tokens else requests end)::text as amount
    from used group by 1, 2 order by 1, 2`);
  const sums = new Map<number, Sum[]>();
  for (const { i, slice, amount } of rows) {
    const known = sums.get(i) ?? [];
    sums.set(i, [...known, { slice: Number(slice ?? 0), amount: Number(amount) }]);
  }
  return sums;
}

function seedOf({ id, kind, start, end }: SeedAsk, range: Range | undefined, sums: readonly Sum[]): Seed {
  const settled = sums.reduce((sum, { amount }) => sum + amount, 0);
  const used = kind === "rolling" ? sums.filter(({ amount }) => amount !== 0) : [];
  const slices = used.map(({ slice, amount }) => [slice, amount] as const);
  return { id, kind, start, end, slot: range?.slot ?? 0, settled, slices };
}

async function readClosed(tx: Handle, userId: number): Promise<UsageReading["closed"]> {
  const rows = await tx.execute<{ hold: string }>(sql`
    select distinct replace(id::text, '-', '') || '.' || hold_no as hold from usage_ledger
    where user_id = ${userId} and admitted_at >= now() - ${LONGEST_REQUEST}::interval
      and settled_at >= now() - ${CLOSED_LATELY}::interval`);
  return rows.map(({ hold }) => ({ holdId: hold, state: "settled" as const }));
}

function iso(at: number): string;
function iso(at: number | null): string | null;
function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
