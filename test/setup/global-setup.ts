import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startTestPostgres } from "./test-postgres";

declare module "vitest" {
  interface ProvidedContext {
    /** A running PostgreSQL for this run, superuser; make a database of your own on it. */
    databaseUrl: string;
  }
}

/** Starts one PostgreSQL for the whole run and stops it at the end. `TEST_DATABASE_URL` names one that runs already. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.TEST_DATABASE_URL;
  if (given !== undefined && given !== "") {
    project.provide("databaseUrl", given);
    return async () => {};
  }
  const folder = mkdtempSync(join(tmpdir(), "sluice-test-"));
  const database = await startTestPostgres(folder);
  project.provide("databaseUrl", database.url);
  return async () => {
    await database.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}
