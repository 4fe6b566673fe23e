import { buildDatabase, type TestDatabase } from "@test/build-database";
import { buildEntry, requestHex, settlementTexts } from "@test/build-ledger";
import { historyOf } from "@test/build-quota";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LedgerEntry } from "@/core/ledger/entry";
import type { SeedAsk } from "@/core/quota/usage-history";
import { asNanoUsd } from "@/lib/money";
import { ledgerStore } from "./ledger-store";
import { usageHistory } from "./usage-history";

const AT = Date.parse("2026-11-21T12:02:00Z");
const DAY = 86_400;
const day = Math.floor(AT / 1000 / DAY) * DAY;

let database: TestDatabase;
const entries: LedgerEntry[] = [];

const entryArbitrary = fc.record({
  // On and off the 5-minute grid, over two days.
  admittedAt: fc.integer({ min: 0, max: 2 * DAY }).map((seconds) => AT - seconds * 1000),
  userId: fc.constantFrom(7, 8),
  keyId: fc.constantFrom(3, 4),
  modelGroupId: fc.constantFrom(null, 12, 13),
  countedInUserGlobal: fc.boolean(),
  countedInKeyGlobal: fc.boolean(),
  costNanoUsd: fc.integer({ min: 0, max: 5_000_000_000 }).map(asNanoUsd),
  requests: fc.constantFrom(0, 1),
  tokens: fc.integer({ min: 0, max: 100_000 }),
});

const askArbitrary: fc.Arbitrary<SeedAsk> = fc
  .record({
    axis: fc.constantFrom("user" as const, "key" as const),
    modelGroupId: fc.constantFrom(0, 12, 13),
    unit: fc.constantFrom("usd" as const, "tokens" as const, "requests" as const),
    window: fc.constantFrom(
      { kind: "calendar" as const, start: day, end: day + DAY },
      { kind: "calendar" as const, start: day - DAY, end: day },
      { kind: "rolling" as const, start: 300, end: 60 },
      { kind: "rolling" as const, start: 1_800, end: 48 },
      { kind: "total" as const, start: 0, end: 0 },
      // A restart in the middle of five minutes.
      { kind: "total" as const, start: AT - 3_661_000, end: 0 },
      { kind: "total" as const, start: AT - 30_000, end: 0 },
    ),
  })
  .map(({ axis, window, ...rest }) => ({
    id: `${axis}:x`,
    axis,
    subjectId: axis === "user" ? 7 : 3,
    ...window,
    ...rest,
  }));

beforeAll(async () => {
  database = await buildDatabase();
  const rows = fc.sample(entryArbitrary, { numRuns: 400, seed: 7 });
  rows.forEach((row, index) => {
    entries.push(buildEntry({ id: requestHex(index + 1), holdNo: 1, ...row }));
  });
  await ledgerStore(database).record(settlementTexts(entries));
});
afterAll(() => database.drop());

describe("the settled past of a user", () => {
  test("equals the sum over the ledger for every axis, target, unit and window", async () => {
    const history = usageHistory(database);
    const naive = historyOf(() => entries);
    const asks = fc.sample(askArbitrary, { numRuns: 300, seed: 11 });
    const ask = { userId: 7, buckets: asks, at: AT };
    const [found, expected] = [await history.read(ask), await naive.read(ask)];
    expect(found.seeds).toEqual(expected.seeds);
    expect(found.seeds.some(({ settled }) => settled > 0)).toBe(true);
  });

  test("holds whose rows were written lately are closed", async () => {
    const { closed } = await usageHistory(database).read({ userId: 8, buckets: [], at: AT });
    expect(closed).toEqual([]); // all of them were admitted long ago
    const fresh = buildEntry({ id: requestHex(9_999), userId: 8, holdNo: 2, admittedAt: Date.now() });
    await ledgerStore(database).record(settlementTexts([fresh]));
    const again = await usageHistory(database).read({ userId: 8, buckets: [], at: Date.now() });
    expect(again.closed).toEqual([{ holdId: `${requestHex(9_999)}.2`, state: "settled" }]);
  });

  test("a fixed window goes on from its anchor while it is younger than its length", async () => {
    const started = AT - 3_600_000 - (AT % 300_000);
    await database.sql`insert into window_anchors (axis, subject_id, model_group_id, unit, started_at)
      values ('user', 7, 12, 'usd', ${new Date(started).toISOString()})`;
    const fixed = { id: "u7:12:usd:5h:fixed", kind: "fixed", start: 18_000, end: 300 } as const;
    const ask: SeedAsk = { ...fixed, axis: "user", subjectId: 7, modelGroupId: 12, unit: "usd" };
    const read = async (at: number) => (await usageHistory(database).read({ userId: 7, buckets: [ask], at })).seeds[0];
    const spent = entries
      .filter(({ userId, modelGroupId, admittedAt }) => userId === 7 && modelGroupId === 12 && admittedAt >= started)
      .reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0);
    expect(await read(AT)).toEqual({ ...fixed, slot: started / 1000, settled: spent, slices: [] });
    expect(await read(started + 18_000_000)).toEqual({ ...fixed, slot: 0, settled: 0, slices: [] });
  });
});
