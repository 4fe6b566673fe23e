import { randomBytes } from "node:crypto";
import { inject } from "vitest";
import { createDatabase, type Database, type DatabaseOptions } from "@/stores/postgres/client";
import { migrate } from "@/stores/postgres/migrate";

/** A database of a suite's own. */
export type TestDatabase = Database & {
  readonly url: string;
  /** Closes the connections and drops the database. */
  drop(): Promise<void>;
};

async function onServer(statement: string): Promise<void> {
  const server = createDatabase(inject("databaseUrl"));
  try {
    await server.sql.unsafe(statement);
  } finally {
    await server.close();
  }
}

/** The URL of a new, empty database on the server that the test run started. */
export async function createEmptyDatabase(): Promise<string> {
  const name = `test_${randomBytes(6).toString("hex")}`;
  await onServer(`create database ${name}`);
  const url = new URL(inject("databaseUrl"));
  url.pathname = `/${name}`;
  return url.href;
}

/** Drops a database made by `createEmptyDatabase`, whoever is still connected. */
export async function dropDatabase(url: string): Promise<void> {
  await onServer(`drop database if exists ${new URL(url).pathname.slice(1)} with (force)`);
}

/** A migrated database of its own; call `drop` when the suite ends. */
export async function buildDatabase(options: DatabaseOptions = {}): Promise<TestDatabase> {
  const url = await createEmptyDatabase();
  const database = createDatabase(url, options);
  await migrate(database.sql);
  return {
    ...database,
    url,
    async drop() {
      await database.close();
      await dropDatabase(url);
    },
  };
}
