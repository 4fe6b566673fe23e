import { sql } from "drizzle-orm";
import type { Database } from "./client";

/**
 * At most `count` users, drawn at random, of those with usage in the 24 h before `now`, epoch ms (quota.md Q51). One probe of an index per user
 * that is looked at. Throws database_unavailable.
 */
export async function sampleUsers(
  { db }: Pick<Database, "db">,
  { count, now }: { readonly count: number; readonly now: number },
): Promise<readonly number[]> {
  const rows = await db.execute<{ id: string }>(sql`
    select u.id from (select id from users order by random()) u
    cross join lateral (
      select from usage_rollup r
      where r.user_id = u.id and r.bucket >= ${new Date(now).toISOString()}::timestamptz - interval '24 hours' limit 1) used
    limit ${count}`);
  return rows.map(({ id }) => Number(id));
}
