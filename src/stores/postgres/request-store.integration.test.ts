import { buildDatabase, type TestDatabase } from "@test/build-database";
import { settlementTexts } from "@test/build-ledger";
import { buildStoredDenial, buildStoredEntry, buildStoredRequest } from "@test/build-stored-rows";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RequestCursor, RequestFilter, RequestStore } from "@/core/ledger/request-log";
import { uuidv7Hex } from "@/lib/id";
import { asNanoUsd } from "@/lib/money";
import { ledgerStore } from "./ledger-store";
import { requestStore } from "./request-store";

const NOON = Date.parse("2026-11-21T12:00:00.007Z");
const MINUTE = 60_000;

describe("the request store", () => {
  let database: TestDatabase;
  let store: RequestStore;

  beforeAll(async () => {
    database = await buildDatabase();
    store = requestStore(database.db);
    await database.sql`insert into users (name) values ('ada'), ('bob')`;
    await database.sql`insert into keys (user_id, name) values (1, 'laptop')`;
    const ledger = ledgerStore(database);
    const requests = Array.from({ length: 30 }, (_, i) =>
      // Five instants only, so that pages end inside a run of equal timestamps.
      buildStoredRequest({
        id: uuidv7Hex(NOON + i),
        at: NOON + Math.floor(i / 6) * MINUTE,
        userId: 1 + (i % 2),
        durationMs: 100 + i,
      }),
    );
    await ledger.record(
      settlementTexts(
        requests.map(({ id, at, userId }) => buildStoredEntry({ id, admittedAt: at, userId })),
        requests,
      ),
    );
    await ledger.recordDenials(
      Array.from({ length: 10 }, (_, i) =>
        buildStoredDenial({ at: NOON + Math.floor(i / 2) * MINUTE, userId: i % 2 === 0 ? 1 : null }),
      ),
    );
  });
  afterAll(() => database.drop());

  async function readAll(filter: RequestFilter, limit: number) {
    const ids: string[] = [];
    let after: RequestCursor | null = null;
    for (;;) {
      const page = await store.list(filter, { limit, after });
      ids.push(...page.items.map((item) => item.id));
      const last = page.items.at(-1);
      if (page.nextCursor === null || last === undefined) return ids;
      expect(page.nextCursor).toBe(`${last.at}.${last.id}`);
      after = { at: last.at, id: last.id };
    }
  }

  it("lists a request that was denied after an attempt once, and finds both what was sent and why it ended", async () => {
    const ledger = ledgerStore(database);
    const at = NOON - 10 * MINUTE;
    const request = buildStoredRequest({ id: uuidv7Hex(at), at, code: "limit_exceeded", outcome: "upstream_error" });
    const { id } = request;
    await ledger.record(settlementTexts([buildStoredEntry({ id, admittedAt: at })], [request]));
    await ledger.recordDenials([
      buildStoredDenial({ id, at, code: "limit_exceeded", params: { reason: "exhausted" } }),
    ]);
    const period = { from: at, to: at + 1 };
    const page = { limit: 10, after: null };
    const { items, total } = await store.list(period, page);
    expect([items.map(({ outcome }) => outcome), total.value]).toEqual([["upstream_error"], 1]);
    const denied = await store.list({ ...period, outcome: "denied" }, page);
    expect(denied.items.map((item) => item.id)).toEqual([id]);
    expect(await store.find(id)).toMatchObject({ outcome: "upstream_error", params: { reason: "exhausted" } });
    await database.sql`delete from requests where id = ${id}::uuid`;
    await database.sql`delete from denials where id = ${id}::uuid`;
  });

  it("pages through requests and denials in one stable order, whatever the page size", async () => {
    const whole = await store.list({}, { limit: 200, after: null });
    expect(whole).toMatchObject({ nextCursor: null, total: { value: 40, capped: false } });
    const order = whole.items.map((item) => `${item.at}.${item.id}`);
    expect(order).toEqual([...order].sort().reverse());
    const ids = whole.items.map((item) => item.id);
    for (const limit of [1, 3, 7, 40]) expect(await readAll({}, limit)).toEqual(ids);
    expect(new Set(ids).size).toBe(40);
  });

  it("filters by user, key, channel, model, outcome, code and time", async () => {
    const count = async (filter: RequestFilter) => (await store.list(filter, { limit: 1, after: null })).total.value;
    expect(await count({ userId: 1 })).toBe(20);
    expect(await count({ userId: 2 })).toBe(15);
    expect(await count({ outcome: "denied" })).toBe(10);
    expect(await count({ outcome: "ok" })).toBe(30);
    expect(await count({ outcome: "denied", channelId: 1 })).toBe(0);
    expect(await count({ channelId: 1 })).toBe(30);
    expect(await count({ code: "model_not_found" })).toBe(10);
    expect(await count({ model: "gpt-test", keyId: 1, from: NOON + MINUTE, to: NOON + 2 * MINUTE })).toBe(8);
    expect(await count({ model: "' or true --" })).toBe(0);
  });

  it("names user, key and channel as far as they still exist", async () => {
    const { items } = await store.list({ userId: 1, outcome: "ok" }, { limit: 1, after: null });
    expect(items[0]).toMatchObject({
      ...{
        userName: "ada",
        keyName: "laptop",
        channelId: 1,
        channelName: null,
        costNanoUsd: 750_000,
        cachedTokens: 10,
      },
      ...{ upstreamModel: "gpt-test-2026", stream: true, status: 200, firstByteMs: 12, costSource: "upstream" },
    });
  });

  it("finds a request with its ledger entries and a denial with its parameters", async () => {
    const request = buildStoredRequest({ at: NOON });
    const entry = buildStoredEntry({ id: request.id, admittedAt: NOON });
    const denial = buildStoredDenial({ at: NOON - 1 });
    await ledgerStore(database).record(settlementTexts([{ ...entry, attempt: 2, requests: 0 }, entry], [request]));
    await ledgerStore(database).recordDenials([denial]);
    expect(await store.find(request.id)).toMatchObject({
      ...{
        id: request.id,
        at: NOON,
        attempts: request.attempts,
        upstreamRequestId: "up_1",
        decision: { v: 1 },
        params: {},
      },
      entries: [
        {
          attempt: 1,
          channelId: 1,
          outcome: "ok",
          costNanoUsd: 750_000,
          costSource: "upstream",
          tokens: 150,
          detail: entry.detail,
        },
        { attempt: 2 },
      ],
    });
    expect(await store.find(denial.id)).toMatchObject({
      outcome: "denied",
      params: denial.params,
      entries: [],
      attempts: [],
      durationMs: null,
    });
    expect(await store.find("0".repeat(32))).toBeNull();
  });

  it("sums a period exactly, also where it cuts through five minutes", async () => {
    const base = Date.parse("2026-10-05T10:00:00Z");
    const at = [0, 1, 299_999, 300_000, 899_999, 900_000, 1_000_000].map((offset) => base + offset);
    const entries = at.map((admittedAt, i) =>
      buildStoredEntry({ admittedAt, costNanoUsd: asNanoUsd(10 ** i), tokens: 1, userId: 7 }),
    );
    await ledgerStore(database).record(settlementTexts(entries));
    const costOf = async (from: number, to: number) =>
      (await store.summary({ userId: 7, from: base + from, to: base + to })).costNanoUsd;
    expect(await costOf(0, 10_000_000)).toBe(1_111_111);
    expect(await costOf(1, 900_000)).toBe(11_110);
    expect(await costOf(1, 899_999)).toBe(1_110);
    expect(await costOf(2, 299_999)).toBe(0);
    expect(await costOf(1, 2)).toBe(10);
    expect(await costOf(299_999, 300_001)).toBe(1_100);
    expect(await costOf(300_000, 300_000)).toBe(0);
    expect(await store.summary({ userId: 7, from: base, to: base + 1_000_001 })).toMatchObject({
      requests: 7,
      tokens: 7,
      denied: 0,
      p95Ms: null,
    });
  });

  it("counts denials and gives the 95th percentile of the duration of successes", async () => {
    const summary = await store.summary({ userId: 2, from: NOON, to: NOON + 10 * MINUTE });
    expect(summary).toMatchObject({ denied: 0, p95Ms: 129, requests: 15 });
    expect((await store.summary({ from: NOON, to: NOON + 10 * MINUTE })).denied).toBe(10);
  });

  it("tells the newest request since an instant, a denial too", async () => {
    const denial = buildStoredDenial({ at: NOON + 60 * MINUTE });
    expect(await store.newestSince(denial.at)).toBeNull();
    await ledgerStore(database).recordDenials([denial]);
    expect(await store.newestSince(denial.at)).toBe(denial.id);
  });

  it("caps the total at 10,000 and says so", async () => {
    await database.sql`insert into denials (id, at, protocol, status, code) select gen_random_uuid(), now(), 'openai-chat', 404, 'flood' from generate_series(1, 10001)`;
    expect((await store.list({ code: "flood" }, { limit: 1, after: null })).total).toEqual({
      value: 10_000,
      capped: true,
    });
  });
});
