import { PgDialect } from "drizzle-orm/pg-core";
import { PostgresJsDatabase, PostgresJsSession } from "drizzle-orm/postgres-js";
import type postgres from "postgres";
import { toDatabaseError } from "./database-error";

/** Query builder over a database or over one transaction. */
export type Handle = PostgresJsDatabase;

/** Runs one statement; rows as objects, or as arrays in column order. */
export type RunStatement = (
  text: string,
  params: readonly unknown[],
  rowMode: "objects" | "arrays",
) => Promise<unknown>;

/** What the query builder needs below it. */
export type Executor = {
  readonly run: RunStatement;
  /** A transaction, or a savepoint inside one. */
  readonly transaction: <T>(run: (tx: Handle) => Promise<T>) => Promise<T>;
};

const dialect = new PgDialect();

/** The driver's shape: `await unsafe()` gives objects, `await unsafe().values()` arrays. The mode is known a microtask later. */
function driverOver(run: RunStatement): postgres.Sql {
  const unsafe = (text: string, params: readonly unknown[] = []) => {
    let rowMode: "objects" | "arrays" = "objects";
    const result = Promise.resolve().then(() => run(text, params, rowMode));
    return Object.assign(result, {
      values() {
        rowMode = "arrays";
        return result;
      },
    });
  };
  return { unsafe } as unknown as postgres.Sql;
}

/** The builder wraps every failure in an error whose message holds the parameters: what it wrapped is thrown instead (SEC16). */
function unwrapped(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined && "params" in error ? error.cause : error;
}

/** A query builder whose statements go through `executor` and whose errors are AppErrors without values. */
export function handleOver(executor: Executor): Handle {
  const session = new PostgresJsSession<postgres.Sql, Record<string, never>, Record<string, never>>(
    driverOver(executor.run),
    dialect,
    undefined,
  );
  const prepare = session.prepareQuery.bind(session);
  const prepareSafely: typeof session.prepareQuery = (...query) => {
    const prepared = prepare(...query);
    const execute = prepared.execute.bind(prepared);
    prepared.execute = async (values) => {
      try {
        return await execute(values);
      } catch (error) {
        throw toDatabaseError(unwrapped(error));
      }
    };
    return prepared as never;
  };
  session.prepareQuery = prepareSafely;
  session.transaction = (run) => executor.transaction((tx) => run(tx as never));
  return new PostgresJsDatabase(dialect, session as never, undefined);
}
