import { buildDatabase, type TestDatabase } from "@test/build-database";
import { settlementTexts } from "@test/build-ledger";
import { buildStoredDenial, buildStoredEntry, buildStoredRequest } from "@test/build-stored-rows";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { packDetail } from "@/core/ledger/detail-text";
import type { LedgerEntry, LedgerStore, RequestRecord } from "@/core/ledger/entry";
import { settlementOf, type WindowAnchor } from "@/core/ledger/settlement";
import { uuidv7Hex } from "@/lib/id";
import { asNanoUsd } from "@/lib/money";
import { readLedgerReport } from "./ledger-report";
import { ledgerStore } from "./ledger-store";
import { ensurePartitions } from "./partitions";

const AT = Date.parse("2026-11-21T12:00:00Z");

/** Resolves when a statement of the suite's database waits for another's transaction. */
async function waitForLock({ sql: client }: TestDatabase): Promise<void> {
  for (;;) {
    const waiting =
      await client`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    if (waiting.length > 0) return;
  }
}

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
      delete from usage_rollup; delete from requests; delete from denials; delete from ledger_rejects; delete from window_anchors`);
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

  describe("keeps the starts of fixed windows", () => {
    const anchor = (startedAt: number, given: Partial<WindowAnchor> = {}): WindowAnchor => ({
      axis: "user",
      subjectId: 1,
      modelGroupId: 0,
      unit: "usd",
      startedAt,
      ...given,
    });
    const anchored = (...anchors: WindowAnchor[]) => {
      const entry = buildStoredEntry();
      return settlementOf({ id: entry.id, kind: "settled", entries: [entry], request: null, anchors }).text;
    };
    const anchors = async () => {
      const rows = await database.sql<{ line: string }[]>`
        select axis || subject_id || ':' || model_group_id || ':' || unit || ' ' || extract(epoch from started_at)::bigint - ${AT / 1000}
          as line from window_anchors order by 1`;
      return rows.map(({ line }) => line);
    };

    it("per axis, subject, target and unit, the greatest of a batch and of all batches", async () => {
      const others = [anchor(AT, { axis: "key", subjectId: 3 }), anchor(AT, { modelGroupId: 4, unit: "tokens" })];
      await store.record([
        anchored(anchor(AT)),
        anchored(anchor(AT + 300_000), ...others),
        anchored(anchor(AT - 300_000)),
      ]);
      expect(await anchors()).toEqual(["key3:0:usd 0", "user1:0:usd 300", "user1:4:tokens 0"]);
      await store.record([anchored(anchor(AT + 60_000)), anchored(anchor(AT + 60_000, { axis: "key", subjectId: 3 }))]);
      expect(await anchors()).toEqual(["key3:0:usd 60", "user1:0:usd 300", "user1:4:tokens 0"]);
    });

    it("also of a settlement that is replayed, and takes texts without any", async () => {
      const text = anchored(anchor(AT));
      await store.record([text]);
      await database.sql`delete from window_anchors`;
      await store.record([text, settlementTexts([buildStoredEntry()])[0] as string]);
      expect(await anchors()).toEqual(["user1:0:usd 0"]);
      expect(await sums()).toMatchObject({ rows: 2, entries: 2 });
    });

    it("under writers that name the same ones in any order", async () => {
      const subjects = Array.from({ length: 30 }, (_, n) => n);
      const bare = (given: WindowAnchor) =>
        settlementOf({ id: uuidv7Hex(AT), kind: "settled", entries: [], request: null, anchors: [given] }).text;
      const writers = [1, 7, 11, 13, 17, 19].map(async (stride) => {
        for (let round = 0; round < 8; round++) {
          const mine = subjects.map((n) => 1 + ((n * stride) % 30));
          await store.record(mine.map((subjectId) => bare(anchor(AT + (round * 20 + stride) * 1000, { subjectId }))));
        }
      });
      await Promise.all(writers);
      expect(await anchors()).toHaveLength(30);
      expect(new Set((await anchors()).map((line) => line.split(" ")[1]))).toEqual(new Set(["159"]));
    });
  });

  describe("when the truth comes after a ceiling", () => {
    const given = { holdNo: 2, modelGroupId: 7, countedInUserGlobal: false, failOpen: true } as const;
    const ceiling = buildStoredEntry({
      ...given,
      ...{ outcome: "interrupted", costSource: "ceiling", costNanoUsd: asNanoUsd(900_000), tokens: 0 },
    });
    const truth: LedgerEntry = {
      ...buildStoredEntry({ id: ceiling.id, modelGroupId: 8, holdNo: 1 }),
      ...{ admittedAt: AT + 400_000, costNanoUsd: asNanoUsd(250_000), tokens: 150, requests: 1 },
    };
    const record = (entries: readonly LedgerEntry[], requests: readonly RequestRecord[] = []) =>
      store.record(settlementTexts(entries, requests));
    const corrections = () => database.sql<Record<string, unknown>[]>`
      select attempt, admitted_at = ${new Date(ceiling.admittedAt).toISOString()} as same_instant, hold_no, model_group_id::int, outcome,
        cost_nusd::int, requests, tokens::int, cost_source, counted_in_user_global, counted_in_key_global, fail_open
      from usage_ledger where attempt >= 100`;
    const CORRECTED = { rows: 2, entries: 2, ledger: 250_000, rollup: 250_000 };

    it("records the difference as correction 1, counted as the original was", async () => {
      await record([ceiling]);
      await record([truth]);
      expect(await corrections()).toEqual([
        {
          ...{ attempt: 101, same_instant: true, hold_no: 2, model_group_id: 7, outcome: "ok" },
          ...{ cost_nusd: -650_000, requests: 0, tokens: 150, cost_source: "correction" },
          ...{ counted_in_user_global: false, counted_in_key_global: true, fail_open: true },
        },
      ]);
      expect(await sums()).toEqual(CORRECTED);
      expect(await readLedgerReport(database)).toMatchObject({ duplicates: 0, rollupMismatches: 0 });
    });

    it("corrects it once, however often and by however many the truth is told", async () => {
      await record([ceiling]);
      await Promise.all(Array.from({ length: 6 }, () => record([truth])));
      await record([truth, truth]);
      await record([{ ...truth, costNanoUsd: asNanoUsd(1) }]);
      expect(await sums()).toEqual(CORRECTED);
    });

    it("adds nothing when it cost just that", async () => {
      await record([ceiling]);
      await record([{ ...truth, costNanoUsd: ceiling.costNanoUsd, tokens: 0 }]);
      expect(await sums()).toMatchObject({ rows: 1, ledger: 900_000, rollup: 900_000 });
    });

    it("adds the attempts that the ceiling did not know as they are", async () => {
      const second = { ...ceiling, attempt: 2 };
      await record([second]);
      await record([
        { ...truth, costNanoUsd: asNanoUsd(0) },
        { ...truth, attempt: 2, requests: 0 },
      ]);
      const rows = await database.sql<{ attempt: number; requests: number }[]>`
        select attempt, requests from usage_ledger order by attempt`;
      expect(rows.map(({ attempt, requests }) => [attempt, requests])).toEqual([
        [1, 1],
        [2, 1],
        [102, -1],
      ]);
      expect(await sums()).toMatchObject({ rows: 3, entries: 3, ledger: 250_000, rollup: 250_000 });
    });

    it("prefers the truth when both come in one batch", async () => {
      const texts = [ceiling, truth].flatMap((entry) => settlementTexts([{ ...entry, admittedAt: AT }]));
      await store.record(texts);
      await store.record(texts);
      expect(await sums()).toMatchObject({ rows: 1, ledger: 250_000, rollup: 250_000 });
    });

    it("leaves what is no ceiling alone, and lets a ceiling correct nothing", async () => {
      await record([{ ...ceiling, costSource: "estimated" }]);
      await record([truth]);
      await record([ceiling]);
      expect(await sums()).toMatchObject({ rows: 1, ledger: 900_000, rollup: 900_000 });
    });

    it("sees a ceiling that another writer commits while it waits for it", async () => {
      const { promise: held, resolve: release } = Promise.withResolvers<void>();
      const { promise: written, resolve: wrote } = Promise.withResolvers<void>();
      const first = database.transaction(async (tx) => {
        await tx.execute(sql`select record_settlements(${`[${settlementTexts([ceiling])[0]}]`}::jsonb)`);
        wrote();
        await held;
      });
      await written;
      const second = record([{ ...truth, admittedAt: ceiling.admittedAt }]);
      await waitForLock(database);
      release();
      await Promise.all([first, second]);
      expect(await sums()).toEqual(CORRECTED);
    });

    it("shows the truth in the log, in the row that was there or in a new one", async () => {
      const logged = buildStoredRequest({
        id: ceiling.id,
        at: AT,
        costSource: "ceiling",
        costNanoUsd: ceiling.costNanoUsd,
      });
      const told = buildStoredRequest({
        id: ceiling.id,
        at: AT + 5_000,
        outcome: "ok",
        costNanoUsd: truth.costNanoUsd,
        code: "late",
      });
      const other = { ...ceiling, id: uuidv7Hex(AT) };
      await record([ceiling, other], [logged]);
      await record([truth, { ...truth, id: other.id }], [told, { ...told, id: other.id }]);
      await record([truth, { ...truth, id: other.id }], [told, { ...told, id: other.id }]);
      const rows = await database.sql<Record<string, unknown>[]>`
        select at = ${new Date(AT).toISOString()} as is_first, outcome, code, cost_nusd::int, cost_source, attempts, decision
        from requests order by at`;
      const shown = {
        outcome: "ok",
        code: "late",
        cost_nusd: 250_000,
        cost_source: "upstream",
        attempts: told.attempts,
      };
      expect(rows).toEqual([
        { is_first: true, ...shown, decision: { v: 1 } },
        { is_first: false, ...shown, decision: { v: 1 } },
      ]);
      expect(await readLedgerReport(database)).toMatchObject({ withoutRequest: 0, requestMismatches: 0 });
    });
  });

  it("returns how many entries it inserted", async () => {
    const texts = `[${settlementTexts(manyEntries(3)).join(",")}]`;
    const count = async () => {
      const [row] = await database.db.execute<{ n: number }>(sql`select record_settlements(${texts}::jsonb) as n`);
      return row?.n;
    };
    expect([await count(), await count()]).toEqual([3, 0]);
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
