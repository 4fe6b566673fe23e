import { buildDatabase, type TestDatabase } from "@test/build-database";
import { settlementTexts } from "@test/build-ledger";
import { buildStoredDenial, buildStoredEntry } from "@test/build-stored-rows";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ledgerStore } from "./ledger-store";
import { ensurePartitions } from "./partitions";

let database: TestDatabase;
beforeAll(async () => {
  database = await buildDatabase();
});
afterAll(() => database.drop());

const names = (month: string) => ["denials", "requests", "usage_ledger"].map((table) => `${table}_${month}`);

it("makes the partitions of this month and the next two, over the end of a year, once", async () => {
  const now = Date.parse("2031-11-30T23:59:59.999Z");
  const calls = await Promise.all([ensurePartitions(database, now), ensurePartitions(database, now)]);
  expect(calls.flatMap((call) => call.made).sort()).toEqual(
    [...names("2031_11"), ...names("2031_12"), ...names("2032_01")].sort(),
  );
  expect(await ensurePartitions(database, now)).toEqual({ made: [], blocked: [] });
  expect([...(await ensurePartitions(database, now + 1)).made].sort()).toEqual(names("2032_02"));
});

it("keeps what has no partition in the default one, and says so when the month comes", async () => {
  const at = Date.parse("2040-05-05T05:05:05Z");
  await ledgerStore(database).record(settlementTexts([buildStoredEntry({ admittedAt: at })]));
  await ledgerStore(database).recordDenials([buildStoredDenial({ at })]);
  const { made, blocked } = await ensurePartitions(database, at);
  expect([...blocked].sort()).toEqual(["denials_2040_05", "usage_ledger_2040_05"]);
  expect(made).toContain("requests_2040_05");
  expect(await database.sql`select 1 from usage_ledger where admitted_at = ${new Date(at).toISOString()}`).toHaveLength(
    1,
  );
});
