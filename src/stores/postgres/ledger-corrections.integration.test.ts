import { buildDatabase, type TestDatabase } from "@test/build-database";
import { settlementTexts } from "@test/build-ledger";
import { buildStoredEntry, buildStoredRequest } from "@test/build-stored-rows";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { uuidv7Hex } from "@/lib/id";
import { asNanoUsd } from "@/lib/money";
import { readLedgerReport } from "./ledger-report";
import { ledgerStore } from "./ledger-store";
import { ensurePartitions } from "./partitions";

const AT = Date.parse("2026-11-21T12:00:00Z");

describe("the ledger under janitors and late owners at once", () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await buildDatabase();
    await ensurePartitions(database, AT);
  });
  afterAll(() => database.drop());

  /** One request as a janitor bills its last attempt, and as its owner does. */
  function witnessed(n: number): { readonly cost: number; readonly ceiling: string; readonly truth: string } {
    const id = uuidv7Hex(AT + n);
    const admittedAt = AT + n * 9_000;
    const entry = buildStoredEntry({
      id,
      admittedAt,
      userId: 1 + (n % 4),
      keyId: 1 + (n % 3),
      modelGroupId: 1 + (n % 2),
    });
    const logged = buildStoredRequest({ id, at: admittedAt, userId: entry.userId, keyId: entry.keyId });
    const attempts = [1, 2].slice(0, 1 + (n % 2)).map((attempt) => ({
      ...entry,
      ...{ attempt, requests: attempt === 1 ? 1 : 0, costNanoUsd: asNanoUsd(1_000 * attempt + n), tokens: n },
    }));
    const last = attempts.at(-1) ?? entry;
    const cost = attempts.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0);
    const costNanoUsd = asNanoUsd(n % 5 === 0 ? last.costNanoUsd : 90_000);
    const charged = { costNanoUsd, outcome: "interrupted", costSource: "ceiling" } as const;
    const text = (texts: readonly string[]) => texts[0] ?? "";
    return {
      cost,
      ceiling: text(settlementTexts([{ ...last, ...charged, tokens: 0, requests: 1 }], [{ ...logged, ...charged }])),
      truth: text(settlementTexts(attempts, [{ ...logged, costNanoUsd: asNanoUsd(cost) }])),
    };
  }

  it("charges every request what it cost, once, and shows just that in rollup and log", async () => {
    const all = Array.from({ length: 240 }, (_, n) => witnessed(n));
    const { record } = ledgerStore(database);
    const write = async (texts: readonly string[], stride: number) => {
      const mixed = texts.map((_, n) => texts[(n * stride) % texts.length] ?? "");
      for (let from = 0; from < mixed.length; from += 30) await record(mixed.slice(from, from + 45));
    };
    await record(all.slice(0, 60).map(({ ceiling }) => ceiling));
    const janitors = [7, 11, 13].map((stride) =>
      write(
        all.map(({ ceiling }) => ceiling),
        stride,
      ),
    );
    const owners = [17, 19, 23].map((stride) =>
      write(
        all.map(({ truth }) => truth),
        stride,
      ),
    );
    await Promise.all([...janitors, ...owners]);
    const rows = await database.sql<{ id: string; cost: string; requests: string; tokens: string }[]>`
      select id, sum(cost_nusd) as cost, sum(requests) as requests, sum(tokens) as tokens from usage_ledger group by id order by id`;
    expect(rows.map(({ cost, requests }) => [Number(cost), Number(requests)])).toEqual(
      all.map(({ cost }) => [cost, 1]),
    );
    expect(await readLedgerReport(database)).toMatchObject({
      ...{ costNanoUsd: String(all.reduce((sum, { cost }) => sum + cost, 0)), duplicates: 0, rollupMismatches: 0 },
      ...{ withoutRequest: 0, requestMismatches: 0, rejected: 0 },
    });
    const corrected = await database.sql`select 1 from usage_ledger where attempt >= 100`;
    expect(corrected.length).toBeGreaterThan(50);
  });
});
