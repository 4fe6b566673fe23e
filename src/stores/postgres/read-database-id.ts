import { sql } from "drizzle-orm";
import type { Database } from "./client";

/**
 * A short name of a migrated database, for what lies outside it: the instant of its first migration and its number on the server, in base 36. It
 * stays through restarts, releases and a failover; a new database has another one, and so has a copy beside it. Throws the database's error.
 */
export async function readDatabaseId({ db }: Pick<Database, "db">): Promise<string> {
  const [row] = await db.execute<{ micros: string; oid: string }>(sql`
    select (extract(epoch from min(applied_at)) * 1000000)::bigint::text as micros, oid::bigint::text as oid
    from migrations, pg_database where datname = current_database() group by oid`);
  if (row === undefined) throw new Error("the database has no migrations");
  return `${BigInt(row.micros).toString(36)}-${BigInt(row.oid).toString(36)}`;
}
