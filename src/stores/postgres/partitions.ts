import { sql } from "drizzle-orm";
import type { Database } from "./client";

const MONTHS_AHEAD = 2;

/** What `ensurePartitions` did, by partition name. */
export type EnsuredPartitions = {
  readonly made: readonly string[];
  /** Months whose rows already lie in the default partition and stay there: worth an alert (reliability-and-security.md F31). */
  readonly blocked: readonly string[];
};

/** Makes the partitions of ledger, request log and denials for the month of `now` and the two after it. Any number of processes may call it. */
export async function ensurePartitions({ db }: Pick<Database, "db">, now: number): Promise<EnsuredPartitions> {
  const moment = new Date(now).toISOString();
  const rows = await db.execute<{ partition_name: string; made: boolean }>(
    sql`select partition_name, made from ensure_partitions(${moment}::timestamptz, ${MONTHS_AHEAD}::integer)`,
  );
  const names = (made: boolean) => rows.filter((row) => row.made === made).map((row) => row.partition_name);
  return { made: names(true), blocked: names(false) };
}
