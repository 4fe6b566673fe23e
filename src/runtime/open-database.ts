import { setTimeout as sleep } from "node:timers/promises";
import { createDatabase, type Database } from "@/stores/postgres/client";
import { connectionFailureOf, sqlStateOf } from "@/stores/postgres/database-error";
import { startFault } from "./start-fault";

/** How the database is opened. */
export type DatabaseAsk = {
  readonly url: string;
  /** The variable that named it, for messages. */
  readonly variable: string;
  readonly poolSize: number;
  /** How long a server that starts up or refuses connections is awaited, ms. */
  readonly timeoutMs: number;
  say(line: string): void;
  /** Throws when nobody waits for the database any more. */
  goOn?(): void;
};

const MIN_VERSION = 150_000;
const LINE_EVERY_MS = 5_000;

/** Why a connection failed: `wrong` can only be mended by a person, `away` may pass. */
type Failure = { readonly kind: "wrong" | "away"; readonly reason: string };

/**
 * Opens the pool and waits until the server answers. Throws a StartFault at once for a wrong host, password, database or version, and
 * after `timeoutMs` for a server that does not answer.
 */
export async function openDatabase(ask: DatabaseAsk): Promise<Database> {
  const database = createDatabase(ask.url, { poolSize: ask.poolSize });
  try {
    await untilAnswered(database, ask);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** True when `SELECT 1` answers at the URL. */
export async function answers(url: string): Promise<boolean> {
  const database = createDatabase(url, { poolSize: 1, connectMs: 1_000 });
  try {
    await database.ping();
    return true;
  } catch {
    return false;
  } finally {
    await database.close();
  }
}

async function untilAnswered(database: Database, ask: DatabaseAsk): Promise<void> {
  const startedAt = Date.now();
  let toldAt = startedAt - LINE_EVERY_MS;
  for (;;) {
    ask.goOn?.();
    const failure = await tryOnce(database);
    if (failure === null) return;
    if (failure.kind === "wrong") throw startFault(`${ask.variable}: ${failure.reason}`);
    const now = Date.now();
    if (now - startedAt >= ask.timeoutMs)
      throw startFault(
        `${ask.variable}: the database does not answer (${failure.reason}); start it, or correct the URL`,
      );
    if (now - toldAt >= LINE_EVERY_MS) {
      ask.say(`Waiting for the database (${failure.reason})`);
      toldAt = now;
    }
    await sleep(250);
  }
}

async function tryOnce(database: Database): Promise<Failure | null> {
  try {
    const [row] = await database.sql<{ number: string }[]>`select current_setting('server_version_num') as number`;
    const version = Number(row?.number);
    if (version >= MIN_VERSION) return null;
    return { kind: "wrong", reason: `PostgreSQL ${Math.floor(version / 10_000)} is too old; 15 or newer is needed` };
  } catch (error) {
    return judge(error);
  }
}

/** Names the reason without the server's own words: those may hold values. */
function judge(error: unknown): Failure {
  const wrong = (reason: string): Failure => ({ kind: "wrong", reason });
  const state = sqlStateOf(error);
  if (state?.startsWith("28")) return wrong("the server refuses the user name or password; check both");
  if (state === "3D000") return wrong("the server has no such database; create it, or correct the name");
  if (state === "42501") return wrong("the account may not connect to this database; grant it CONNECT");
  if (state !== null) return { kind: "away", reason: `SQLSTATE ${state}` };
  const code = connectionFailureOf(error);
  if (code === "ENOTFOUND") return wrong("no such host; check the name");
  if (code !== null) return { kind: "away", reason: code };
  return wrong("the server does not speak PostgreSQL's protocol, or the URL is wrong");
}
