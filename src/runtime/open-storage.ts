import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Database } from "@/stores/postgres/client";
import type { Cleanup } from "./cleanup";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded-postgres";
import type { Env } from "./env";
import { answers, openDatabase } from "./open-database";
import { type StartFault, startFault } from "./start-fault";

/** The database of this process. */
export type Storage = {
  readonly database: Database;
  readonly url: string;
  readonly isEmbedded: boolean;
};

/** What the storage is opened with. */
export type StorageAsk = {
  readonly env: Env;
  readonly cleanup: Cleanup;
  say(line: string): void;
  /** The embedded database is gone for good: exit code 3. */
  onFatal(fault: StartFault): void;
  /** Throws when nobody waits for the database any more. */
  goOn(): void;
};

/** Opens the database of `DATABASE_URL`, or starts the embedded one under the data directory, which this process must own. */
export async function openStorage(ask: StorageAsk): Promise<Storage> {
  const { env, cleanup, say, goOn } = ask;
  const isEmbedded = env.databaseUrl === null;
  const url = env.databaseUrl ?? (await startEmbedded(ask)).url;
  const variable = isEmbedded ? "The embedded database" : "DATABASE_URL";
  const bounds = { poolSize: env.pgPool, timeoutMs: env.startTimeoutMs };
  const database = await openDatabase({ url, variable, say, goOn, ...bounds });
  cleanup.add(() => database.close());
  return { database, url, isEmbedded };
}

/** The URL of an embedded database that another process of ours runs in `dataDir`; null when there is none. */
export function runningEmbeddedUrl(dataDir: string): string | null {
  try {
    return readFileSync(join(dataDir, URL_FILE), "utf8").trim();
  } catch {
    return null;
  }
}

/** Where the running process notes the URL for commands beside it; holds the password, mode 0600. */
const URL_FILE = "postgres-url";

async function startEmbedded({ env, cleanup, say, onFatal }: StorageAsk): Promise<EmbeddedPostgres> {
  const embedded = await startEmbeddedPostgres({
    dataDir: env.dataDir,
    isReady: answers,
    say,
    onGone: (reason) => onFatal(startFault(`${reason}; its log lies in ${env.dataDir}`, { exitCode: 3 })),
    startTimeoutMs: env.startTimeoutMs,
  });
  // A process that ends by a fault takes its database with it; after kill -9 the next start clears away.
  process.once("exit", embedded.abandon);
  const urlFile = join(env.dataDir, URL_FILE);
  writeFileSync(urlFile, `${embedded.url}\n`, { mode: 0o600 });
  cleanup.add(async () => {
    process.removeListener("exit", embedded.abandon);
    rmSync(urlFile, { force: true });
    await embedded.stop();
  });
  return embedded;
}
