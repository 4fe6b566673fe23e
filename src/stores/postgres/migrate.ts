import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type postgres from "postgres";
import { AppError } from "@/core/errors";
import { sqlStateOf, toDatabaseError } from "./database-error";

/** One file of the migrations folder. */
export type Migration = { readonly name: string; readonly digest: string; readonly statements: readonly string[] };

const LOCK_KEY = 5_174_823; // any constant of ours: one migration at a time per database
const LOCK_TRIES = 24; // of 5 s each
const LOCK_NOT_AVAILABLE = "55P03";
const BREAKPOINT = "--> statement-breakpoint";

/** Reads the SQL files of a folder in the order of their names. */
export async function readMigrations(folder = resolve("drizzle")): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(resolve(folder, name), "utf8");
      const statements = text.split(BREAKPOINT).map((part) => part.trim());
      return {
        name,
        digest: createHash("sha256").update(text).digest("hex"),
        statements: statements.filter((part) => part !== ""),
      };
    }),
  );
}

async function takeLock(sql: postgres.Sql): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await sql`select pg_advisory_lock(${LOCK_KEY})`;
      return;
    } catch (error) {
      if (sqlStateOf(error) !== LOCK_NOT_AVAILABLE || attempt === LOCK_TRIES) throw error;
    }
  }
}

async function apply(sql: postgres.Sql, migration: Migration): Promise<void> {
  for (const [index, statement] of migration.statements.entries()) {
    try {
      await sql.unsafe(statement);
    } catch (error) {
      const { code, cause } = toDatabaseError(error);
      throw new AppError(code, { migration: migration.name, statement: index + 1 }, { cause });
    }
  }
  await sql`
    insert into migrations (name, digest) values (${migration.name}, ${migration.digest})
    on conflict (name) do update set digest = excluded.digest, applied_at = now()`;
}

async function applyMissing(sql: postgres.Sql, folder: string | undefined): Promise<readonly string[]> {
  const migrations = await readMigrations(folder);
  await sql`
    create table if not exists migrations (
      name text primary key, digest text not null, applied_at timestamptz not null default now())`;
  const rows = await sql<{ name: string; digest: string }[]>`select name, digest from migrations`;
  const known = new Map(rows.map((row) => [row.name, row.digest]));
  const missing = migrations.filter(({ name, digest }) => known.get(name) !== digest);
  for (const migration of missing) await apply(sql, migration);
  return missing.map(({ name }) => name);
}

/**
 * Brings the schema up to date and returns the names of the files applied. One process at a time, others wait up to two minutes;
 * a lock on a table is awaited for 5 s. Every statement may run any number of times, so a killed migration is simply run again (quota.md Q5).
 * @param sql a client of one connection, as in `Database.sql`
 * @param folder where the SQL files lie; `drizzle` under the working directory
 */
export async function migrate(sql: postgres.Sql, folder?: string): Promise<readonly string[]> {
  try {
    await sql`set lock_timeout = '5s'`;
    await takeLock(sql);
    try {
      const applied = await applyMissing(sql, folder);
      await sql`select ensure_partitions(now(), 2)`; // where the run-time account may not, this one can
      return applied;
    } finally {
      await sql`select pg_advisory_unlock(${LOCK_KEY})`;
      await sql`reset lock_timeout`;
    }
  } catch (error) {
    throw toDatabaseError(error);
  }
}
