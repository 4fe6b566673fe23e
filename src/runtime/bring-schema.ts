import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAppError } from "@/core/errors";
import type { Database } from "@/stores/postgres/client";
import { migrate, readMigrations } from "@/stores/postgres/migrate";
import type { Env } from "./env";
import { openDatabase } from "./open-database";
import { startFault } from "./start-fault";

/** What the schema is brought up to date with. */
export type SchemaAsk = {
  readonly env: Pick<Env, "migrationDatabaseUrl" | "startTimeoutMs">;
  readonly database: Database;
  /** Folder that holds `drizzle/`. */
  readonly root: string;
  say(line: string): void;
  /** Throws when nobody waits for the schema any more. */
  goOn(): void;
};

/** Applies what is missing; returns the names of the files. Throws a StartFault that names file and statement. */
export async function bringSchema(ask: SchemaAsk): Promise<readonly string[]> {
  const { env } = ask;
  if (env.migrationDatabaseUrl === null) return migrateWith(ask.database, ask);
  const own = await openDatabase({
    url: env.migrationDatabaseUrl,
    variable: "SLUICE_MIGRATION_DATABASE_URL",
    poolSize: 1,
    timeoutMs: env.startTimeoutMs,
    say: ask.say,
  });
  try {
    return await migrateWith(own, ask);
  } finally {
    await own.close();
  }
}

async function migrateWith({ sql }: Database, { root }: SchemaAsk): Promise<readonly string[]> {
  try {
    return await migrate(sql, join(root, "drizzle"));
  } catch (error) {
    if (!isAppError(error)) throw error;
    const { migration, statement } = error.params;
    const reason = error.cause instanceof Error ? error.cause.message : error.code;
    const at = migration === undefined ? "" : ` at ${migration}, statement ${statement}`;
    throw startFault(`DATABASE_URL: the schema could not be brought up to date${at} (${reason})`, { cause: error });
  }
}

/** For roles that may not migrate: waits until every file of this release is applied, at most the start time-out. */
export async function waitForSchema(ask: SchemaAsk): Promise<void> {
  const wanted = (await readMigrations(join(ask.root, "drizzle"))).map(({ name }) => name);
  const end = Date.now() + ask.env.startTimeoutMs;
  for (let isTold = false; ; isTold = true) {
    ask.goOn();
    const missing = await findMissing(ask.database, wanted);
    if (missing.length === 0) return;
    if (Date.now() >= end)
      throw startFault(
        `DATABASE_URL: the schema lacks ${missing.join(", ")}; start a process of role all or console, or run npm run db:migrate`,
      );
    if (!isTold) ask.say("Waiting for a process of role all or console to bring the schema up to date");
    await sleep(500);
  }
}

async function findMissing({ sql }: Database, wanted: readonly string[]): Promise<readonly string[]> {
  const [table] = await sql<{ isThere: boolean }[]>`select to_regclass('migrations') is not null as "isThere"`;
  if (table?.isThere !== true) return wanted;
  const rows = await sql<{ name: string }[]>`select name from migrations`;
  const applied = new Set(rows.map(({ name }) => name));
  return wanted.filter((name) => !applied.has(name));
}
