import { buildDatabase, type TestDatabase } from "@test/build-database";
import { settlementTexts } from "@test/build-ledger";
import { buildStoredDenial, buildStoredEntry, buildStoredRequest } from "@test/build-stored-rows";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { packDetail } from "@/core/ledger/detail-text";
import type { LedgerEntry, LedgerStore } from "@/core/ledger/entry";
import { uuidv7Hex } from "@/lib/id";
import { asNanoUsd } from "@/lib/money";
import { ledgerStore } from "./ledger-store";
import { ensurePartitions } from "./partitions";

const AT = Date.parse("2026-11-21T12:00:00Z");

describe("the ledger store", () => {
  let database: TestDatabase;
  let store: LedgerStore;

  beforeAll(async () => {
    database = await buildDatabase();
    store = ledgerStore(database);
    await ensurePartitions(database, AT);
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    await database.sql.unsafe(`
      alter table usage_ledger disable trigger user; delete from usage_ledger; alter table usage_ledger enable trigger user;
      delete from usage_rollup; delete from requests; delete from denials; delete from ledger_rejects`);
  });

  const sums = async () => {
    const [row] = await database.sql<Record<"ledger" | "rollup" | "entries" | "rows", string>[]>`
      select (select coalesce(sum(cost_nusd), 0) from usage_ledger) as ledger, (select coalesce(sum(cost_nusd), 0) from usage_rollup) as rollup,
        (select count(*) from usage_ledger) as rows, (select coalesce(sum(entries), 0) from usage_rollup) as entries`;
    return {
      ledger: Number(row?.ledger),
      rollup: Number(row?.rollup),
      rows: Number(row?.rows),
      entries: Number(row?.entries),
    };
  };
  const manyEntries = (count: number): LedgerEntry[] =>
    Array.from({ length: count }, (_, i) =>
      buildStoredEntry({
        id: uuidv7Hex(AT + i),
        admittedAt: AT + i * 7_000,
        userId: 1 + (i % 5),
        keyId: 1 + (i % 3),
        costNanoUsd: asNanoUsd(1_000 + i),
      }),
    );

  it("adds each attempt to the ledger and its five minutes of the rollup", async () => {
    const first = buildStoredEntry({ admittedAt: AT + 1_000 });
    const second = buildStoredEntry({ admittedAt: AT + 299_999, modelGroupId: null });
    await store.record(settlementTexts([first, second, buildStoredEntry({ admittedAt: AT + 300_000 })]));
    const rows = await database.sql<{ bucket: Date; cost_nusd: string; entries: string }[]>`
      select bucket::text, cost_nusd, entries from usage_rollup order by bucket`;
    expect(rows.map((row) => [new Date(row.bucket).toISOString(), row.cost_nusd, row.entries])).toEqual([
      ["2026-11-21T12:00:00.000Z", "1500000", "2"],
      ["2026-11-21T12:05:00.000Z", "750000", "1"],
    ]);
  });

  it("inserts nothing and adds nothing when a batch is replayed", async () => {
    const entries = manyEntries(20);
    const requests = entries.map((entry) => buildStoredRequest({ id: entry.id, at: entry.admittedAt }));
    await store.record(settlementTexts(entries, requests));
    const before = await sums();
    await store.record(settlementTexts(entries, requests));
    await store.record(settlementTexts([...entries, ...entries], requests));
    expect(await sums()).toEqual(before);
    expect(before).toMatchObject({ rows: 20, entries: 20, ledger: before.rollup });
    expect(await database.sql`select 1 from requests`).toHaveLength(20);
  });

  it("ignores a second witness that knows another instant of the same attempt", async () => {
    const entry = buildStoredEntry();
    const request = buildStoredRequest({ id: entry.id });
    await store.record(settlementTexts([entry], [request]));
    await store.record(
      settlementTexts(
        [{ ...entry, admittedAt: AT + 3_600_000, costNanoUsd: asNanoUsd(9) }],
        [{ ...request, at: AT + 5 }],
      ),
    );
    expect(await sums()).toMatchObject({ rows: 1, ledger: 750_000, rollup: 750_000 });
    expect(await database.sql`select 1 from requests`).toHaveLength(1);
  });

  it("keeps a second attempt and a signed correction", async () => {
    const entry = buildStoredEntry();
    const correction = {
      attempt: 101,
      costSource: "correction",
      costNanoUsd: asNanoUsd(-250_000),
      requests: 0,
    } as const;
    await store.record(
      settlementTexts([entry, { ...entry, attempt: 2, requests: 0 }, { ...entry, ...correction, tokens: -50 }]),
    );
    expect(await sums()).toEqual({ rows: 3, entries: 3, ledger: 1_250_000, rollup: 1_250_000 });
  });

  it("keeps rollup and ledger equal under eight writers with overlapping batches in random order", async () => {
    const entries = manyEntries(400);
    const shuffled = (seed: number) =>
      [...entries].sort(
        (a, b) =>
          ((a.tokens * seed + Number.parseInt(a.id.slice(-6), 16) * seed) % 997) -
          ((Number.parseInt(b.id.slice(-6), 16) * seed) % 991),
      );
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      const mine = shuffled(writer + 3);
      for (let i = 0; i < mine.length; i += 40) await store.record(settlementTexts(mine.slice(i, i + 60)));
    });
    await Promise.all(writers);
    const total = entries.reduce((sum, entry) => sum + entry.costNanoUsd, 0);
    expect(await sums()).toEqual({ rows: 400, entries: 400, ledger: total, rollup: total });
  });

  it("looks entries up by index, also with a plan from when the tables were empty", async () => {
    const batch = () => settlementTexts(manyEntries(40).map((entry) => ({ ...entry, id: uuidv7Hex(AT) })));
    const scans = await database.transaction(async (tx) => {
      const record = (texts: readonly string[]) =>
        tx.execute(sql`select record_settlements(${`[${texts.join(",")}]`}::jsonb)`);
      for (let n = 0; n < 8; n++) await record(batch());
      const [row] = await tx.execute<{ seq: string; idx: string }>(sql`
        select coalesce(sum(seq_scan), 0) as seq, coalesce(sum(idx_scan), 0) as idx from pg_stat_xact_user_tables
        where relname ~ '^(usage_ledger|requests)'`);
      return { seq: Number(row?.seq), idx: Number(row?.idx) };
    });
    expect(scans.seq).toBe(0);
    expect(scans.idx).toBeGreaterThan(300);
  });

  it("refuses a batch with a poison row as a whole, without calling the database unavailable", async () => {
    const poison = buildStoredEntry({ costNanoUsd: asNanoUsd(-1) });
    await expect(store.record(settlementTexts([...manyEntries(5), poison]))).rejects.toMatchObject({
      code: "internal_error",
    });
    expect(await sums()).toMatchObject({ rows: 0, entries: 0 });
    await store.reject(poison, "check violated\u0000");
    const [row] = await database.sql<{ reason: string; entry: string }[]>`select reason, entry from ledger_rejects`;
    expect(row?.reason).toBe("check violated");
    expect(JSON.parse(row?.entry ?? "")).toEqual(poison);
  });

  it("writes every column of the ledger and of the request log", async () => {
    const entry = buildStoredEntry({
      modelGroupId: 7,
      holdNo: 2,
      countedInUserGlobal: false,
      countedInKeyGlobal: false,
      failOpen: true,
    });
    await store.record(settlementTexts([entry], [buildStoredRequest({ id: entry.id, code: "upstream_error" })]));
    const defaults = { hold_no: 1, counted_in_user_global: true, counted_in_key_global: true, fail_open: false };
    const [ledgerRow] = await database.sql<Record<string, unknown>[]>`select * from usage_ledger`;
    const [requestRow] = await database.sql<Record<string, unknown>[]>`select * from requests`;
    for (const [column, value] of Object.entries(ledgerRow ?? {})) {
      expect([column, value ?? null]).not.toEqual([column, null]);
      if (column in defaults) expect([column, value]).not.toEqual([column, defaults[column as keyof typeof defaults]]);
    }
    expect(ledgerRow).toMatchObject({ detail: packDetail(entry.detail), model_group_id: "7" });
    expect(Object.entries(requestRow ?? {}).filter(([, value]) => value === null)).toEqual([]);
  });

  it("refuses UPDATE, DELETE and TRUNCATE of the ledger, its partitions and the audit log", async () => {
    await store.record(settlementTexts([buildStoredEntry()]));
    await database.sql`insert into audit_log (at, actor_kind, actor_name, operation, target) values (now(), 'file', 'file', 'users.create', 'user:1')`;
    const statements = [
      "update usage_ledger set cost_nusd = 0",
      "delete from usage_ledger",
      "truncate usage_ledger",
      "truncate usage_ledger_default",
      "truncate usage_ledger_2026_11",
      "delete from usage_ledger_2026_11",
      "update audit_log set target = ''",
      "delete from audit_log",
      "truncate audit_log",
    ];
    for (const statement of statements)
      await expect(database.sql.unsafe(statement), statement).rejects.toMatchObject({ code: "42501" });
  });

  it("records denials once, with text that PostgreSQL would refuse made harmless", async () => {
    const denial = buildStoredDenial({
      model: `nul\u0000 half \ud800${"x".repeat(10_000)}`,
      params: { "a\u0000": ["\udfff"] },
      userId: null,
      keyId: null,
    });
    await store.recordDenials([denial, denial]);
    await store.recordDenials([denial]);
    const rows = await database.sql<{ model: string; params: unknown }[]>`select model, params from denials`;
    expect(rows).toHaveLength(1);
    expect(rows[0]?.model.startsWith("nul\uFFFD half \uFFFDxx")).toBe(true);
    expect(rows[0]?.model.length).toBeLessThanOrEqual(256);
    expect(rows[0]?.params).toEqual({ "a\uFFFD": ["\uFFFD"] });
  });
});
