import { buildDatabase, type TestDatabase } from "@test/build-database";
import { requestHex, settlementTexts } from "@test/build-ledger";
import { buildStoredEntry } from "@test/build-stored-rows";
import { type SQL, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { LedgerEntry } from "@/core/ledger/entry";
import type { SeedAsk, UsageHistory } from "@/core/quota/usage-history";
import { uuidv7Hex } from "@/lib/id";
import { asNanoUsd } from "@/lib/money";
import { createDatabase, type Database } from "./client";
import type { Handle } from "./handle";
import { heldRows } from "./held-rows";
import { ledgerStore } from "./ledger-store";
import { sampleUsers } from "./sample-users";
import { usageHistory } from "./usage-history";

const NOON = Date.parse("2026-11-21T12:00:00Z");
const AT = NOON + 7 * 60_000 + 30_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const seconds = (at: number) => at / 1000;

const KINDS = {
  today: { kind: "calendar", start: seconds(NOON - 12 * HOUR), end: seconds(NOON + 12 * HOUR) },
  rolling5h: { kind: "rolling", start: 300, end: 60 },
  rollingDay: { kind: "rolling", start: 1_800, end: 48 },
  fixed: { kind: "fixed", start: 18_000, end: 300 },
  total: { kind: "total", start: 0, end: 0 },
  restarted: { kind: "total", start: NOON - 3 * HOUR + 123_456, end: 0 },
} as const;

const ask = (window: Pick<SeedAsk, "kind" | "start" | "end">, given: Partial<SeedAsk> = {}): SeedAsk => ({
  id: "u1:0:usd",
  axis: "user",
  subjectId: 1,
  modelGroupId: 0,
  unit: "usd",
  ...window,
  ...given,
});

/** The same by going over all entries; the anchor of a fixed window in epoch s, 0 for none. */
function naive(bucket: SeedAsk, entries: readonly LedgerEntry[], anchor = 0) {
  const { axis, subjectId, modelGroupId, unit, start, end } = bucket;
  const counted = entries.filter((entry) => {
    if (entry.userId !== 1 || (axis === "key" && entry.keyId !== subjectId)) return false;
    if (modelGroupId !== 0) return entry.modelGroupId === modelGroupId;
    return axis === "user" ? entry.countedInUserGlobal : entry.countedInKeyGlobal;
  });
  const sum = (from: number, to: number) =>
    counted
      .filter(({ admittedAt }) => admittedAt >= from && admittedAt < to)
      .reduce((total, { costNanoUsd, tokens, requests }) => total + { usd: costNanoUsd, tokens, requests }[unit], 0);
  switch (bucket.kind) {
    case "calendar":
      return { slot: start, settled: sum(start * 1000, end * 1000), slices: [] };
    case "total":
      return { slot: start, settled: sum(start, Number.POSITIVE_INFINITY), slices: [] };
    case "fixed":
      return { slot: anchor, settled: anchor === 0 ? 0 : sum(anchor * 1000, (anchor + start) * 1000), slices: [] };
    case "rolling": {
      const current = Math.floor(seconds(AT) / start);
      const slices = Array.from({ length: end + 1 }, (_, index): [number, number] => {
        const slice = current - end + index;
        return [slice, sum(slice * start * 1000, (slice + 1) * start * 1000)];
      }).filter(([, amount]) => amount !== 0);
      return { slot: 0, settled: slices.reduce((total, [, amount]) => total + amount, 0), slices };
    }
  }
}

describe("the usage history", () => {
  let database: TestDatabase;
  let history: UsageHistory;
  let made = 0;

  beforeAll(async () => {
    database = await buildDatabase();
    history = usageHistory(database);
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    await database.sql.unsafe(`
      alter table usage_ledger disable trigger user; delete from usage_ledger; alter table usage_ledger enable trigger user;
      delete from usage_rollup; delete from window_anchors; delete from users`);
  });

  const spent = (admittedAt: number, given: Partial<LedgerEntry> = {}) =>
    buildStoredEntry({ id: uuidv7Hex(NOON + made++), admittedAt, costNanoUsd: asNanoUsd(1_000), ...given });
  const record = (entries: readonly LedgerEntry[]) => ledgerStore(database).record(settlementTexts(entries));
  const seedsOf = async (...buckets: SeedAsk[]) => (await history.read({ userId: 1, buckets, at: AT })).seeds;
  const settledIn = async (...buckets: SeedAsk[]) => (await seedsOf(...buckets)).map(({ settled }) => settled);
  const anchor = (given: { readonly startedAt: number; readonly target?: number; readonly axis?: string }) =>
    database.sql`insert into window_anchors (axis, subject_id, model_group_id, unit, started_at)
      values (${given.axis ?? "user"}, 1, ${given.target ?? 0}, 'usd', ${new Date(given.startedAt).toISOString()})`;

  it("counts a model group by its id and the global target by the flag of its axis", async () => {
    const flags = [true, false].flatMap((user) => [true, false].map((key) => ({ user, key })));
    const entries = flags.flatMap(({ user, key }, pair) =>
      [null, 4, 5].flatMap((modelGroupId, group) =>
        [1, 2].map((keyId) =>
          spent(NOON, {
            costNanoUsd: asNanoUsd(10 ** pair * 1_000 ** group * keyId),
            modelGroupId,
            keyId,
            countedInUserGlobal: user,
            countedInKeyGlobal: key,
          }),
        ),
      ),
    );
    await record([...entries, spent(NOON, { userId: 2, modelGroupId: 4 })]);
    const today = (given: Partial<SeedAsk>) => ask(KINDS.today, given);
    const key = { axis: "key", subjectId: 2 } as const;
    expect(
      await settledIn(
        ...[today({}), today({ modelGroupId: 4 }), today({ modelGroupId: 6 })],
        ...[today(key), today({ ...key, modelGroupId: 5 }), today({ ...key, subjectId: 3 })],
      ),
    ).toEqual([33_033_033, 3_333_000, 0, 202_202_202, 2_222_000_000, 0]);
  });

  it("takes a calendar window from its start up to, and without, its end", async () => {
    const { start, end } = KINDS.today;
    const instants = [start * 1000 - 1, start * 1000, end * 1000 - 1, end * 1000];
    await record(instants.map((at, n) => spent(at, { costNanoUsd: asNanoUsd(10 ** n) })));
    expect(await seedsOf(ask(KINDS.today))).toEqual([
      { id: "u1:0:usd", kind: "calendar", start, end, slot: start, settled: 110, slices: [] },
    ]);
  });

  it("gives each live slice of a rolling window its own sum", async () => {
    const current = Math.floor(seconds(AT) / 300);
    const instants = [current - 61, current - 60, current - 1, current, current + 1].map((slice) => slice * 300_000);
    await record(instants.map((at, n) => spent(at, { costNanoUsd: asNanoUsd(10 ** n) })));
    const [seed] = await seedsOf(ask(KINDS.rolling5h));
    const slices = [current - 60, current - 1, current].map((slice, n) => [slice, 10 ** (n + 1)]);
    expect(seed).toMatchObject({ slot: 0, settled: 1_110, slices });
  });

  it("goes on with a fixed window that is younger than its length, and knows of no other", async () => {
    const start = NOON - 4 * HOUR;
    const late = Math.floor(seconds(AT)) * 1000 - 5 * HOUR;
    await anchor({ startedAt: start });
    await anchor({ startedAt: late, target: 4 });
    await anchor({ startedAt: late + 1000, target: 5 });
    const instants = [late - 1, late + 1000, start - 1, start, AT];
    await record(instants.map((at, n) => spent(at, { costNanoUsd: asNanoUsd(10 ** n), modelGroupId: 4 })));
    const fixed = (given: Partial<SeedAsk>) => ask(KINDS.fixed, given);
    const seeds = await seedsOf(
      ...[fixed({}), fixed({ modelGroupId: 4 }), fixed({ modelGroupId: 5 })],
      ...[fixed({ unit: "tokens" }), fixed({ axis: "key" })],
    );
    expect(seeds.map(({ slot, settled }) => [slot, settled])).toEqual([
      [seconds(start), 11_000],
      [0, 0],
      [seconds(late + 1000), 0],
      [0, 0],
      [0, 0],
    ]);
  });

  it("takes a total from its restart to the millisecond, also off the grid of the rollup", async () => {
    const { start } = KINDS.restarted;
    const instants = [start - 1, start, Math.ceil(start / 300_000) * 300_000, NOON + DAY];
    await record(instants.map((at, n) => spent(at, { costNanoUsd: asNanoUsd(10 ** n) })));
    const onGrid = { ...KINDS.restarted, start: NOON };
    const seeds = await seedsOf(
      ask(KINDS.restarted),
      ask(KINDS.total),
      ask(onGrid),
      ask(KINDS.restarted, { axis: "key" }),
    );
    expect(seeds.map(({ slot, settled }) => [slot, settled])).toEqual([
      [start, 1_110],
      [0, 1_111],
      [NOON, 1_000],
      [start, 1_110],
    ]);
  });

  it("counts a correction in the window of its original", async () => {
    const entry = spent(NOON);
    await record([entry]);
    await record([
      { ...entry, attempt: 101, costSource: "correction", costNanoUsd: asNanoUsd(-400), tokens: -5, requests: 0 },
    ]);
    expect(await settledIn(ask(KINDS.today), ask(KINDS.rolling5h), ask(KINDS.today, { unit: "tokens" }))).toEqual([
      ...[600, 600, 145],
    ]);
  });

  it("equals a sum over the ledger for any usage, target and window", async () => {
    let state = 7;
    const random = (below: number) => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((state / 2_147_483_648) * below);
    };
    const entries = Array.from({ length: 600 }, () =>
      spent(AT - random(2) * random(40 * DAY) - random(7 * HOUR), {
        userId: 1 + Number(random(8) === 0),
        keyId: 1 + random(3),
        modelGroupId: [null, 4, 5][random(3)] ?? null,
        costNanoUsd: asNanoUsd(random(5_000_000)),
        tokens: random(10_000),
        requests: random(2),
        countedInUserGlobal: random(2) === 0,
        countedInKeyGlobal: random(2) === 0,
      }),
    );
    await record(entries);
    const started = NOON - 2 * HOUR;
    for (const target of [0, 4]) await anchor({ startedAt: started, target });
    const weeks = { kind: "rolling", start: 10_800, end: 56 } as const;
    const months = { kind: "rolling", start: 43_200, end: 60 } as const;
    const buckets = [...Object.values(KINDS), weeks, months].flatMap((window) =>
      (["user", "key"] as const).flatMap((axis) =>
        [0, 4, 5].flatMap((modelGroupId) =>
          (["usd", "tokens", "requests"] as const).map((unit) => ask(window, { axis, modelGroupId, unit })),
        ),
      ),
    );
    const anchorOf = ({ axis, modelGroupId, unit }: SeedAsk) =>
      axis === "user" && unit === "usd" && modelGroupId !== 5 ? seconds(started) : 0;
    const seeds = await seedsOf(...buckets);
    expect(seeds.map(({ slot, settled, slices }) => ({ slot, settled, slices }))).toEqual(
      buckets.map((bucket) => naive(bucket, entries, anchorOf(bucket))),
    );
    expect(seeds.filter(({ settled }) => settled > 0).length).toBeGreaterThan(100);
  });

  it("names the holds whose rows were written in the last 15 minutes, each once", async () => {
    const now = Date.now();
    const entry = spent(now - 50 * MINUTE, { id: requestHex(1), holdNo: 2 });
    await record([
      ...[entry, { ...entry, attempt: 2, requests: 0 }],
      spent(now, { id: requestHex(2) }),
      spent(now, { id: requestHex(3), userId: 2 }),
    ]);
    await database.sql`insert into usage_ledger (id, attempt, admitted_at, user_id, key_id, model, outcome, cost_nusd, requests, tokens,
        cost_source, settled_at)
      select lpad(to_hex(n), 32, '0')::uuid, 1, now() - interval '30 minutes', 1, 1, 'm', 'ok', 1, 1, 1, 'upstream',
        now() - n * interval '1 minute' from unnest(array[14, 16]) n`;
    const { closed } = await history.read({ userId: 1, buckets: [], at: now });
    expect([...closed].sort((a, b) => (a.holdId < b.holdId ? -1 : 1))).toEqual([
      { holdId: `${requestHex(1)}.2`, state: "settled" },
      { holdId: `${requestHex(2)}.1`, state: "settled" },
      { holdId: `${requestHex(14)}.1`, state: "settled" },
    ]);
  });

  /** The history with something done after each statement of its transaction. */
  const watched = (after: (tx: Handle) => Promise<void>, below: Database = database): UsageHistory =>
    usageHistory({
      ...below,
      transaction: (run, options) =>
        below.transaction((tx) => {
          const execute: Handle["execute"] = (async (statement: SQL) => {
            const rows = await tx.execute(statement);
            await after(tx);
            return rows;
          }) as never;
          return run(Object.create(tx, { execute: { value: execute } }));
        }, options),
    });

  it("reads the buckets and the closed holds of one snapshot", async () => {
    const now = Date.now();
    await record([spent(now)]);
    const reading = await watched(() => record([spent(now)])).read({ userId: 1, buckets: [ask(KINDS.total)], at: now });
    expect(reading.seeds[0]?.settled).toBe(1_000);
    expect(reading.closed).toHaveLength(1);
    expect(await settledIn(ask(KINDS.total))).toEqual([3_000]);
  });

  it("reads one range of an index per bucket, never the whole rollup", async () => {
    await database.sql`insert into usage_rollup
      select 1 + n % 200, timestamptz '2026-11-20' + n / 200 * interval '5 minutes', 1, 0, true, true, 1, 1, 1, 1
      from generate_series(0, 99999) n`;
    await database.sql`analyze usage_rollup`;
    const fresh = createDatabase(database.url);
    const seen: { scans: string; rows: string }[] = [];
    const counting = watched(async (tx) => {
      const [row] = await tx.execute<{ scans: string; rows: string }>(sql`
        select seq_scan as scans, idx_tup_fetch as rows from pg_stat_xact_user_tables where relname = 'usage_rollup'`);
      if (row !== undefined) seen.push(row);
    }, fresh);
    await counting.read({ userId: 1, buckets: Array.from({ length: 20 }, () => ask(KINDS.rolling5h)), at: AT });
    await fresh.close();
    expect(Number(seen[0]?.scans)).toBe(0);
    expect(Number(seen[0]?.rows)).toBe(20 * 61);
  });

  it("adds up the rows of one hold, or finds none", async () => {
    const rows = heldRows(database);
    const entry = spent(NOON, { id: requestHex(9), holdNo: 2, tokens: 10 });
    await record([
      { ...entry, outcome: "upstream_error" },
      { ...entry, attempt: 2, requests: 0 },
      { ...entry, attempt: 3, holdNo: 1, outcome: "interrupted" },
    ]);
    const held = { requestId: requestHex(9), holdNo: 2, at: NOON + 23 * HOUR };
    expect(await rows.find(held)).toEqual({ usd: 2_000, tokens: 20, requests: 1, isOk: true });
    expect(await rows.find({ ...held, holdNo: 1 })).toMatchObject({ usd: 1_000, isOk: false });
    expect(await rows.find({ ...held, holdNo: 3 })).toBeNull();
    expect(await rows.find({ ...held, at: NOON + 25 * HOUR })).toBeNull();
  });

  it("samples users with usage in the last day", async () => {
    const users = await database.sql<{ id: string }[]>`
      insert into users (name) select 'user ' || n from generate_series(1, 20) n returning id`;
    const ids = users.map(({ id }) => Number(id));
    const old = ids.slice(0, 5);
    await record(ids.slice(0, 15).map((userId) => spent(old.includes(userId) ? NOON - 25 * HOUR : NOON, { userId })));
    const all = await sampleUsers(database, { count: 64, now: NOON });
    expect([...all].sort((a, b) => a - b)).toEqual(ids.slice(5, 15));
    expect(await sampleUsers(database, { count: 3, now: NOON })).toHaveLength(3);
    const drawn = new Set<number>();
    for (let n = 0; n < 40; n++) for (const id of await sampleUsers(database, { count: 1, now: NOON })) drawn.add(id);
    expect(drawn.size).toBeGreaterThan(3);
  });
});
