import { type SQL, sql } from "drizzle-orm";
import type { Database } from "./client";
import type { Handle } from "./handle";
import {
  denialParts,
  ledgerParts,
  MEASURE_COLUMNS,
  MEASURE_SUMS,
  OF_ANY_KIND,
  SUBJECT_COLUMNS,
  type TimeRange,
  USAGE_KINDS,
} from "./usage-parts";

/** What to roll up. */
export type RollUpAsk = {
  /** Hours that end after this instant (epoch ms) wait: while an hour runs, every call would have it added up again. */
  readonly now: number;
  /** Minutes at which hours are cut into parts, in order (`hourCuts`). */
  readonly cuts: readonly number[];
  /** The most hours of this turn; the next turn goes on. */
  readonly limit: number;
};

const HOUR_MS = 3_600_000;
/** An hour may hold tens of millions of entries. */
const ROLL_UP_MS = 10 * 60_000;

const iso = (at: number) => new Date(at).toISOString();

/**
 * Adds up hours of ledger and denials that are marked, or cut in another way than asked, and takes their marks away; returns how many hours. One
 * transaction with one snapshot: it sees a mark exactly when it sees the rows that the mark stands for, and takes away just those marks, so that rows
 * committed meanwhile leave their hour marked. The lock is taken before the snapshot, so that of two roll-ups the later sees all that the
 * earlier saw. A crash undoes everything and the marks stay. Any number of processes may call it.
 */
export function rollUpUsage(database: Pick<Database, "transaction">, ask: RollUpAsk): Promise<number> {
  return database.transaction(
    async (tx) => {
      await openSnapshot(tx);
      const hours = await dueHours(tx, ask);
      for (const hour of hours) await rollUpHour(tx, hour, ask.cuts);
      await thinMarks(tx);
      return hours.length;
    },
    { statementMs: ROLL_UP_MS },
  );
}

/** In a transaction that has not read yet: one roll-up at a time, and a snapshot that is taken after the one before it ended. */
export async function openSnapshot(tx: Handle): Promise<void> {
  await tx.execute(sql`set transaction isolation level repeatable read`);
  await tx.execute(sql`lock table usage_rolled_hours in share row exclusive mode`);
}

/** Forgets the days that a piece of time (epoch ms) touches. */
export async function forgetDays(tx: Handle, { from, to }: TimeRange): Promise<void> {
  await tx.execute(sql`
    with gone as (
      delete from usage_rolled_days where first < ${iso(to)}::timestamptz and past > ${iso(from)}::timestamptz returning first)
    delete from usage_days where ${OF_ANY_KIND} and first in (select first from gone)`);
}

async function dueHours(tx: Handle, { now, cuts, limit }: RollUpAsk): Promise<readonly number[]> {
  const rows = await tx.execute<{ hour: string }>(sql`
    select hour from (
      select hour from usage_marks where hour <= ${iso(now - HOUR_MS)}::timestamptz
      union
      select hour from usage_rolled_hours where cuts <> ${cutsArray(cuts)}) due
    order by hour limit ${limit}`);
  return rows.map(({ hour }) => new Date(hour).getTime());
}

async function rollUpHour(tx: Handle, hour: number, cuts: readonly number[]): Promise<void> {
  const ofHour = sql`hour = ${iso(hour)}::timestamptz`;
  const range = { from: hour, to: hour + HOUR_MS };
  const inHour = (column: SQL) =>
    sql`${column} >= ${iso(range.from)}::timestamptz and ${column} < ${iso(range.to)}::timestamptz`;
  const [found] = await tx.execute<{ entries: string; denials: string; kept: boolean }>(sql`
    select now.*, coalesce(now.entries < r.entries or now.denials < r.denials, false) as kept from (
      select (select count(*) from usage_ledger where ${inHour(sql`admitted_at`)}) as entries,
        (select count(*) from denials where ${inHour(sql`at`)}) as denials) now
    left join usage_rolled_hours r on ${ofHour}`);
  // Rows are only ever added. Fewer than were summed up means that their partition is gone, and the sums are all that is left.
  if (found?.kept === false) {
    await forgetDays(tx, range);
    await tx.execute(sql`delete from usage_hours where ${OF_ANY_KIND} and ${inHour(sql`bucket`)}`);
    await tx.execute(insertHour(range, cuts));
    await tx.execute(sql`
      insert into usage_rolled_hours (hour, cuts, entries, denials)
      values (${iso(hour)}::timestamptz, ${cutsArray(cuts)}, ${found.entries}::bigint, ${found.denials}::bigint)
      on conflict (hour) do update set cuts = excluded.cuts, entries = excluded.entries, denials = excluded.denials`);
  } else {
    // Its sums lie in the bucket of their start from now on, whatever cuts the hour: nothing can part them.
    await tx.execute(sql`update usage_rolled_hours set cuts = ${cutsArray(cuts)} where ${ofHour}`);
  }
  await tx.execute(sql`delete from usage_marks where ${ofHour}`);
}

function insertHour(range: { from: number; to: number }, cuts: readonly number[]): SQL {
  const starts = [0, ...cuts];
  const ends = [...cuts, 60];
  const pieces = starts.map((start, index) => ({
    from: range.from + start * 60_000,
    to: range.from + (ends[index] ?? 60) * 60_000,
  }));
  const parts = pieces.map(
    (piece) => sql`
      select ${iso(piece.from)}::timestamptz as bucket, ${SUBJECT_COLUMNS}, ${MEASURE_COLUMNS} from (
        ${ledgerParts([piece], sql`true`)} union all ${denialParts([piece], sql`true`)}) part`,
  );
  const kinds = Object.entries(USAGE_KINDS).map(
    ([kind, columns]) => sql`select ${kind}::text as kind, bucket, ${columns}, ${MEASURE_COLUMNS} from sums`,
  );
  return sql`
    with sums as materialized (
      select bucket, ${SUBJECT_COLUMNS}, ${MEASURE_SUMS} from (${sql.join(parts, sql` union all `)}) parts
      group by bucket, ${SUBJECT_COLUMNS})
    insert into usage_hours (kind, bucket, ${SUBJECT_COLUMNS}, ${MEASURE_COLUMNS})
    select kind, bucket, ${SUBJECT_COLUMNS}, ${MEASURE_SUMS} from (${sql.join(kinds, sql` union all `)}) kinds
    group by kind, bucket, ${SUBJECT_COLUMNS} order by kind, bucket, model, user_id, key_id`;
}

/** Hours that wait keep one of their marks that are seen here, so that their number stays small. */
async function thinMarks(tx: Handle): Promise<void> {
  await tx.execute(sql`
    delete from usage_marks m using (select hour, max(id) as last from usage_marks group by hour having count(*) > 1) kept
    where m.hour = kept.hour and m.id < kept.last`);
}

const cutsArray = (cuts: readonly number[]) => sql`${`{${cuts.join(",")}}`}::smallint[]`;
