import { type Cleanup, createCleanup } from "./cleanup";
import { findOwner, openDataDirectory } from "./data-directory";
import { type Env, readEnv } from "./env";
import { openDatabase } from "./open-database";
import { openStorage, runningEmbeddedUrl, type Storage } from "./open-storage";
import { startFault } from "./start-fault";

/** What a one-off command works with. */
export type Tools = {
  readonly env: Env;
  readonly storage: Storage;
  readonly cleanup: Cleanup;
  say(line: string): void;
};

/**
 * Runs a one-off command on the configured database and closes everything behind it: the external one, the embedded one of a running
 * process, else the embedded one started for the command. Throws a StartFault when the environment or the database is wrong.
 */
export async function withTools<T>(say: (line: string) => void, run: (tools: Tools) => Promise<T>): Promise<T> {
  const { env, warnings } = readEnv();
  for (const warning of warnings) say(`Warning: ${warning}`);
  const cleanup = createCleanup((error) => say(`While closing: ${error instanceof Error ? error.message : error}`));
  try {
    return await run({ env, storage: await openToolStorage(env, cleanup, say), cleanup, say });
  } finally {
    await cleanup.run();
  }
}

async function openToolStorage(env: Env, cleanup: Cleanup, say: (line: string) => void): Promise<Storage> {
  const owner = env.databaseUrl === null ? findOwner(env.dataDir) : null;
  if (owner !== null) return joinRunning(env, cleanup, owner.pid);
  if (env.databaseUrl === null) cleanup.add(openDataDirectory(env.dataDir).release);
  const onFatal = (fault: Error) => say(fault.message);
  return openStorage({ env, cleanup, say, onFatal, goOn: () => undefined });
}

async function joinRunning(env: Env, cleanup: Cleanup, pid: number): Promise<Storage> {
  const url = runningEmbeddedUrl(env.dataDir);
  if (url === null)
    throw startFault(
      `SLUICE_DATA_DIR: process ${pid} is just starting or stopping in ${env.dataDir}; try again in a moment`,
    );
  const bounds = { poolSize: 2, timeoutMs: env.startTimeoutMs };
  const database = await openDatabase({
    url,
    variable: "The running process' database",
    say: () => undefined,
    ...bounds,
  });
  cleanup.add(() => database.close());
  return { database, url, isEmbedded: true };
}
