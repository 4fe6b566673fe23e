import { buildDatabase } from "@test/build-database";
import { expect, test } from "vitest";
import { migrate } from "./migrate";
import { readDatabaseId } from "./read-database-id";

test("a database keeps its name when the schema is brought up to date again, and another one has another", async () => {
  const [one, other] = await Promise.all([buildDatabase(), buildDatabase()]);
  try {
    const id = await readDatabaseId(one);
    expect(id).toMatch(/^[0-9a-z]{9,12}-[0-9a-z]+$/);
    expect(await readDatabaseId(other)).not.toBe(id);
    await migrate(one.sql);
    expect(await readDatabaseId(one)).toBe(id);
  } finally {
    await Promise.all([one.drop(), other.drop()]);
  }
});

test("a copy that holds the same rows has a name of its own", async () => {
  const [one, copy] = await Promise.all([buildDatabase(), buildDatabase()]);
  try {
    const [{ at } = { at: "" }] = await one.sql<{ at: string }[]>`select min(applied_at)::text as at from migrations`;
    for (const { sql } of [one, copy]) await sql`update migrations set applied_at = ${at}::text::timestamptz`;
    expect(await readDatabaseId(copy)).not.toBe(await readDatabaseId(one));
  } finally {
    await Promise.all([one.drop(), copy.drop()]);
  }
});
