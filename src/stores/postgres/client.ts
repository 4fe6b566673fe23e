import type postgres from "postgres";
import { type Clock, systemClock } from "@/lib/clock";
import { databaseUnavailable, toDatabaseError } from "./database-error";
import { type Handle, handleOver, type RunStatement } from "./handle";
import { type Link, openLink, plainClient } from "./link";
import { linkPool } from "./link-pool";

/** Bounds of one transaction, ms; a report or a ledger flush may take longer than the rest (reliability-and-security.md 3.2). */
type TransactionOptions = {
  readonly statementMs?: number;
  /** One snapshot for all reads; writes are refused. */
  readonly snapshot?: boolean;
};

/** Options of a database; all times in ms. */
export type DatabaseOptions = {
  readonly clock?: Clock;
  readonly poolSize?: number;
  readonly connectMs?: number;
  readonly waitMs?: number;
  readonly statementMs?: number;
  /** How long after its statement time-out an answer is awaited before the socket is destroyed. */
  readonly graceMs?: number;
};

/** The running process' way to PostgreSQL. Every failure is an AppError without values. */
export type Database = {
  /** Each statement runs in a transaction of its own. */
  readonly db: Handle;
  /** One transaction; a throw rolls it back and passes on. Nested `tx.transaction` is a savepoint. */
  transaction<T>(run: (tx: Handle) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** One round trip. Throws database_unavailable. */
  ping(): Promise<void>;
  /** A driver client without deadlines on a connection of its own, for migrations, maintenance and tests; connects when used. */
  readonly sql: postgres.Sql;
  /** Waits for running transactions up to 5 s, then closes every connection. */
  close(): Promise<void>;
};

const DEFAULTS = { poolSize: 10, connectMs: 5_000, waitMs: 2_000, statementMs: 10_000, graceMs: 2_000 };
const CONNECTION_LIFE_MS = 30 * 60_000;
const IDLE_IN_TRANSACTION_MS = 15_000;
const CLOSE_MS = 5_000;

type Bounds = { readonly clock: Clock; readonly graceMs: number; readonly connectMs: number };

/** Awaits an answer for `ms`, then destroys the link: the driver would wait on a dead connection for ever (N14). Throws AppErrors. */
export function answerWithin<T>(ms: number, answer: Promise<T>, context: { link: Link; clock: Clock }): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const stop = context.clock.after(ms, () => {
      context.link.destroy();
      reject(databaseUnavailable("no answer within the deadline"));
    });
    answer.then(resolve, (error) => reject(toDatabaseError(error))).finally(stop);
  });
}

/** Runs statements on one link for as long as it is whole: a lost transaction must not go on as single statements. */
function statementsOn(link: Link, deadlineMs: number, clock: Clock): RunStatement {
  return async (text, params, rowMode) => {
    if (link.isBroken()) throw databaseUnavailable("the connection was lost");
    const query = link.client.unsafe(text, params as never[]);
    return answerWithin(deadlineMs, rowMode === "arrays" ? query.values() : query, { link, clock });
  };
}

/** Handle of a transaction; transactions inside it are savepoints. */
function transactionHandle(run: RunStatement, depth: number): Handle {
  const savepoint = `s${depth}`;
  return handleOver({
    run,
    async transaction(inner) {
      await run(`savepoint ${savepoint}`, [], "objects");
      try {
        const result = await inner(transactionHandle(run, depth + 1));
        await run(`release savepoint ${savepoint}`, [], "objects");
        return result;
      } catch (error) {
        await run(`rollback to savepoint ${savepoint}`, [], "objects");
        throw error;
      }
    },
  });
}

/** Runs `work` between begin and commit on a link; any failure rolls back. */
async function inTransaction<T>(
  link: Link,
  work: (run: RunStatement) => Promise<T>,
  options: Bounds & { statementMs: number; snapshot: boolean },
): Promise<T> {
  const { clock, statementMs, graceMs, connectMs } = options;
  const run = statementsOn(link, statementMs + graceMs, clock);
  const mode = options.snapshot ? " isolation level repeatable read read only" : "";
  // Settings live inside the transaction, so that a pooler may share the connection.
  const begin =
    `begin${mode}; set local statement_timeout = ${Math.trunc(statementMs)};` +
    ` set local idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_MS}`;
  await statementsOn(link, connectMs + graceMs, clock)(begin, [], "objects");
  try {
    const result = await work(run);
    await run("commit", [], "objects");
    return result;
  } catch (error) {
    if (!link.isBroken()) await run("rollback", [], "objects").catch(() => link.destroy());
    throw error;
  }
}

/** Opens nothing yet: the first statement connects. `url` is `postgres://user:password@host:port/database`. */
export function createDatabase(url: string, options: DatabaseOptions = {}): Database {
  const clock = options.clock ?? systemClock;
  const bounds = { ...DEFAULTS, ...options };
  const { connectMs, statementMs } = bounds;
  const pool = linkPool(() => openLink(url, { connectMs }), {
    clock,
    size: bounds.poolSize,
    waitMs: bounds.waitMs,
    lifeMs: CONNECTION_LIFE_MS,
  });
  const sql = plainClient(url, { connectMs });

  const onLink = async <T>(work: (run: RunStatement) => Promise<T>, transaction: TransactionOptions = {}) => {
    const link = await pool.borrow();
    try {
      return await inTransaction(link, work, { clock, ...bounds, statementMs, snapshot: false, ...transaction });
    } finally {
      pool.giveBack(link);
    }
  };
  const transaction = <T>(run: (tx: Handle) => Promise<T>, chosen?: TransactionOptions) =>
    onLink((statement) => run(transactionHandle(statement, 1)), chosen);

  return {
    db: handleOver({
      run: (text, params, rowMode) => onLink((statement) => statement(text, params, rowMode)),
      transaction,
    }),
    transaction,
    async ping() {
      await onLink((statement) => statement("select 1", [], "objects"));
    },
    sql,
    async close() {
      await Promise.all([pool.close(CLOSE_MS), sql.end({ timeout: CLOSE_MS / 1000 })]);
    },
  };
}
