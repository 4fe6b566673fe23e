import { readdir } from "node:fs/promises";
import { resolve } from "node:path";
import { buildDatabase, createEmptyDatabase, dropDatabase, type TestDatabase } from "@test/build-database";
import { is } from "drizzle-orm";
import { getTableConfig, PgTable } from "drizzle-orm/pg-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDatabase } from "./client";
import { migrate, readMigrations } from "./migrate";

/** Everything that makes the schema of `public`, as sorted lines; sequences by owner, not by number. */
async function catalogue(sql: TestDatabase["sql"]): Promise<readonly string[]> {
  const rows = await sql<{ line: string }[]>`
    select 'column ' || c.oid::regclass || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull || ' '
           || a.attidentity::text || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '') as line
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
    union all
    select 'table ' || oid::regclass || ' ' || relkind::text || ' ' || coalesce(array_to_string(reloptions, ','), '') || ' '
           || coalesce(pg_get_expr(relpartbound, oid), '') || coalesce(pg_get_partkeydef(oid), '')
      from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
    union all
    select 'index ' || pg_get_indexdef(indexrelid) from pg_index join pg_class on pg_class.oid = indexrelid
      where relnamespace = 'public'::regnamespace
    union all
    select 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) from pg_constraint
      where connamespace = 'public'::regnamespace
    union all
    select 'trigger ' || pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
    union all
    select 'function ' || pg_get_functiondef(oid) from pg_proc where pronamespace = 'public'::regnamespace`;
  return rows.map((row) => row.line).sort();
}

async function emptySchema(sql: TestDatabase["sql"]): Promise<void> {
  await sql.unsafe("drop schema public cascade; create schema public");
}

describe("migrate", () => {
  let database: TestDatabase;
  let reference: readonly string[];

  beforeAll(async () => {
    database = await buildDatabase();
    reference = await catalogue(database.sql);
  });
  afterAll(() => database.drop());

  it("does nothing when every file is applied, and the whole set may run again", async () => {
    expect(await migrate(database.sql)).toEqual([]);
    await database.sql`delete from migrations`;
    expect(await migrate(database.sql)).toHaveLength((await readMigrations()).length);
    expect(await catalogue(database.sql)).toEqual(reference);
  });

  it("gives the same schema after a kill at any statement", async () => {
    const statements = (await readMigrations()).flatMap((migration) => migration.statements);
    const url = await createEmptyDatabase();
    const { sql, close } = createDatabase(url);
    const different: number[] = [];
    for (let killedAt = 1; killedAt <= statements.length; killedAt++) {
      await emptySchema(sql);
      await sql.unsafe(statements.slice(0, killedAt).join("\n;\n"));
      await migrate(sql);
      if (JSON.stringify(await catalogue(sql)) !== JSON.stringify(reference)) different.push(killedAt);
    }
    await close();
    await dropDatabase(url);
    expect(statements.length).toBeGreaterThan(50);
    expect(different).toEqual([]);
  }, 600_000);

  it("lets one of several starting processes migrate while the others wait", async () => {
    const url = await createEmptyDatabase();
    const clients = Array.from({ length: 4 }, () => createDatabase(url));
    const applied = await Promise.all(clients.map((client) => migrate(client.sql)));
    expect(applied.filter((names) => names.length > 0)).toHaveLength(1);
    await Promise.all(clients.map((client) => client.close()));
    await dropDatabase(url);
  });

  it("names the file and the statement that failed", async () => {
    const url = await createEmptyDatabase();
    const { sql, close } = createDatabase(url);
    await sql.unsafe("create table users (nothing text)");
    await expect(migrate(sql)).rejects.toMatchObject({
      code: "internal_error",
      params: { migration: "0000_tables.sql" },
    });
    await close();
    await dropDatabase(url);
  });
});

describe("the schema", () => {
  const CONFIG = [
    ...["boosts", "channel_credentials", "channels", "key_secrets", "keys", "limits", "model_group_models"],
    ...[
      "model_groups",
      "models",
      "prices",
      "rates",
      "settings",
      "usage_restarts",
      "user_group_users",
      "user_groups",
      "users",
    ],
  ];
  const DATA = [
    ...[
      "access_tokens",
      "account_credentials",
      "accounts",
      "audit_log",
      "config_version",
      "denials",
      "idempotency_keys",
      "ledger_rejects",
      "migrations",
    ],
    ...["key_sign_ins", "model_habits"],
    ...[
      "replicas",
      "requests",
      "response_homes",
      "setup",
      "sign_in_attempts",
      "sign_ins",
      "usage_days",
      "usage_hours",
      "usage_ledger",
      "usage_marks",
      "usage_rolled_days",
      "usage_rolled_hours",
      "usage_rollup",
    ],
    ...["verifications", "window_anchors"],
  ];
  let database: TestDatabase;

  beforeAll(async () => {
    database = await buildDatabase();
  });
  afterAll(() => database.drop());

  it("lists every table as configuration or as data", async () => {
    const rows = await database.sql<{ name: string }[]>`
      select relname as name from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition order by 1`;
    expect(rows.map((row) => row.name)).toEqual([...CONFIG, ...DATA].sort());
  });

  it("has in the catalogue what the table definitions say, column by column", async () => {
    const folder = resolve(import.meta.dirname, "schema");
    const modules = await Promise.all(
      (await readdir(folder)).map(async (file) => Object.values(await import(resolve(folder, file)))),
    );
    const tables = modules.flat().filter((value) => is(value, PgTable));
    const defined = tables.flatMap((table) => {
      const { name, columns } = getTableConfig(table);
      return columns.map((column) => `${name}.${column.name} ${column.getSQLType()} ${column.notNull}`);
    });
    const rows = await database.sql<{ line: string }[]>`
      select c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull as line
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> 'migrations'`;
    expect(tables.length).toBeGreaterThan(20);
    expect(defined.sort()).toEqual(rows.map((row) => row.line).sort());
  });

  it("steps the version by trigger on exactly the configuration tables, for rows and for truncation", async () => {
    const rows = await database.sql<{ name: string; functions: string }[]>`
      select c.relname as name, string_agg(p.proname, ',' order by p.proname) as functions
      from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_proc p on p.oid = t.tgfoid
      where not t.tgisinternal and p.proname like 'config\\_%' group by 1 order by 1`;
    expect(rows.map((row) => [row.name, row.functions])).toEqual(
      CONFIG.map((name) => [name, "config_changed,config_truncated"]),
    );
  });
});
