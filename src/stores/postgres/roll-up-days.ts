import { sql } from "drizzle-orm";
import type { Database } from "./client";
import type { Handle } from "./handle";
import { readRawHours } from "./raw-hours";
import { forgetDays, openSnapshot } from "./roll-up-usage";
import { MEASURE_COLUMNS, MEASURE_SUMS, OF_ANY_KIND, SUBJECT_COLUMNS, type TimeRange } from "./usage-parts";

const ROLL_UP_MS = 60_000;

const iso = (at: number) => new Date(at).toISOString();

/**
 * Sums up days whose hours are all rolled up; returns how many. Every hour that is rolled up again takes its day away (`rollUpUsage`), so that a day
 * that stands is the sum of its hours.
 * @param daysSince the days of the system's zone from the one that holds an instant (epoch ms) to the last that is over, rising
 * @param limit the most days of this turn, the newest first; the next turn goes on
 */
export function rollUpDays(
  database: Pick<Database, "transaction">,
  daysSince: (at: number) => readonly TimeRange[],
  limit: number,
): Promise<number> {
  return database.transaction(
    async (tx) => {
      await openSnapshot(tx);
      const missing = await missingDays(tx, daysSince);
      let done = 0;
      for (const day of missing) {
        if (done === limit) break;
        if ((await readRawHours(tx, [day.from, day.to])).hours.length > 0) continue;
        await rollUpDay(tx, day);
        done++;
      }
      return done;
    },
    { statementMs: ROLL_UP_MS },
  );
}

async function missingDays(tx: Handle, daysSince: (at: number) => readonly TimeRange[]): Promise<readonly TimeRange[]> {
  const [oldest] = await tx.execute<{ hour: string | null }>(sql`select min(hour) as hour from usage_rolled_hours`);
  if (oldest === undefined || oldest.hour === null) return [];
  const rows = await tx.execute<{ first: string; past: string }>(sql`select first, past from usage_rolled_days`);
  const known = new Map(rows.map(({ first, past }) => [Date.parse(first), Date.parse(past)]));
  const days = daysSince(Date.parse(oldest.hour));
  return days.filter(({ from, to }) => known.get(from) !== to).reverse();
}

async function rollUpDay(tx: Handle, day: TimeRange): Promise<void> {
  await forgetDays(tx, day);
  // Rows of a model lie beside each other: a report of one reads a few blocks of each day.
  await tx.execute(sql`
    insert into usage_days (kind, first, ${SUBJECT_COLUMNS}, ${MEASURE_COLUMNS})
    select kind, ${iso(day.from)}::timestamptz, ${SUBJECT_COLUMNS}, ${MEASURE_SUMS} from usage_hours
    where ${OF_ANY_KIND} and bucket >= ${iso(day.from)}::timestamptz and bucket < ${iso(day.to)}::timestamptz
    group by kind, ${SUBJECT_COLUMNS} order by kind, model, user_id, key_id`);
  await tx.execute(
    sql`insert into usage_rolled_days (first, past) values (${iso(day.from)}::timestamptz, ${iso(day.to)}::timestamptz)`,
  );
}
