import { buildDatabase, type TestDatabase } from "@test/build-database";
import { settlementTexts } from "@test/build-ledger";
import { buildStoredDenial, buildStoredEntry } from "@test/build-stored-rows";
import { seededRandom } from "@test/seeded-random";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { LedgerEntry } from "@/core/ledger/entry";
import { bucketBounds, hourCuts, pastDays } from "@/core/usage/usage-buckets";
import type { UsageAsk, UsageFilter, UsagePoints, UsageReading } from "@/core/usage/usage-report";
import { USAGE_DIMENSIONS, USAGE_INTERVALS, USAGE_MEASURES, type UsageDimension } from "@/core/vocabulary";
import { uuidv7Hex } from "@/lib/id";
import { asNanoUsd } from "@/lib/money";
import type { Database } from "./client";
import { readLedgerReport } from "./ledger-report";
import { ledgerStore } from "./ledger-store";
import { ensurePartitions } from "./partitions";
import { rollUpDays } from "./roll-up-days";
import { rollUpUsage } from "./roll-up-usage";
import { usageStore } from "./usage-store";

const HOUR_MS = 3_600_000;
/** Clocks change in Lord Howe on 2026-04-04 at 15:00 UTC. */
const FROM = Date.parse("2026-04-02T00:00:00Z");
const SPAN_MS = 5 * 24 * HOUR_MS;
const NOW = FROM + SPAN_MS + HOUR_MS;

/** What happened once: an attempt as it truly was, or a denial. */
type Fact = {
  readonly at: number;
  readonly dims: Readonly<Record<Exclude<UsageDimension, "user_group">, number | string>>;
  readonly isCounted: boolean;
  readonly sums: readonly number[];
};

let database: TestDatabase;
beforeEach(async () => {
  database = await buildDatabase();
  await ensurePartitions(database, FROM);
  await database.sql`insert into users (id, name) overriding system value select i, 'user ' || i from generate_series(1, 4) i`;
  await database.sql`insert into user_groups (id, name) overriding system value values (1, 'one'), (2, 'two')`;
  await database.sql`insert into user_group_users (user_group_id, user_id) values (1, 1), (1, 2), (2, 2), (2, 3)`;
});
afterEach(() => database.drop());

const GROUPS_OF = new Map([
  [1, [1]],
  [2, [1, 2]],
  [3, [2]],
]);

const fractions = (seed: number) => {
  const random = seededRandom(seed);
  return () => random(1_000_000) / 1_000_000;
};
const roll = (zone = "UTC", now = NOW, on: Pick<Database, "transaction"> = database) =>
  rollUpUsage(on, { now, cuts: hourCuts(zone, now), limit: 1_000 });
const rollDays = (zone = "UTC") => rollUpDays(database, (since) => pastDays(zone, since, NOW), 100);
const record = (...entries: LedgerEntry[]) => ledgerStore(database).record(settlementTexts(entries));

function detailOf(counts: Readonly<Record<string, number>>): LedgerEntry["detail"] {
  const { detail } = buildStoredEntry();
  const [part] = detail.parts;
  return part === undefined ? detail : { ...detail, usage: counts, parts: [{ ...part, counts }] };
}

/** Random traffic: what to write, batch by batch, and what is true of it in the end. */
function drawTraffic(random: () => number, size: number) {
  const pick = (count: number) => Math.floor(random() * count);
  const facts: Fact[] = [];
  const batches: (() => Promise<void>)[] = [];
  for (let n = 0; n < size; n++) {
    const at = FROM + pick(SPAN_MS);
    const dims = {
      user: 1 + pick(4),
      key: 1 + pick(5),
      model: `model-${pick(3)}`,
      model_group: pick(3),
      channel: 1 + pick(3),
    };
    if (random() < 0.2) {
      const denial = { id: uuidv7Hex(at), at, userId: dims.user, keyId: dims.key, model: dims.model };
      batches.push(() => ledgerStore(database).recordDenials([buildStoredDenial(denial)]));
      const own = { ...dims, model_group: 0, channel: 0 };
      facts.push({ at, dims: own, isCounted: true, sums: [0, 0, 0, 0, 0, 0, 0, 1] });
      continue;
    }
    const [input, cached, output, cost] = [pick(1_000), pick(500), pick(300), pick(1_000_000)];
    const outcome = random() < 0.2 ? "upstream_error" : "ok";
    const isCounted = random() < 0.7;
    const truth = buildStoredEntry({
      ...{
        id: uuidv7Hex(at),
        admittedAt: at,
        userId: dims.user,
        keyId: dims.key,
        model: dims.model,
        channelId: dims.channel,
      },
      ...{ modelGroupId: dims.model_group === 0 ? null : dims.model_group, countedInUserGlobal: isCounted, outcome },
      ...{ costNanoUsd: asNanoUsd(cost), tokens: input + cached + output },
      detail: detailOf({ input_text: input, cache_read_text: cached, output_text: output }),
    });
    if (random() < 0.3) {
      const ceiling = { outcome: "interrupted", costSource: "ceiling", costNanoUsd: asNanoUsd(2_000_000) } as const;
      batches.push(() => record({ ...truth, ...ceiling, tokens: 9_999, detail: detailOf({ input_text: 9_999 }) }));
    }
    batches.push(() => record(truth));
    const errors = outcome === "upstream_error" ? 1 : 0;
    facts.push({
      at,
      dims,
      isCounted,
      sums: [cost, 1, input + cached + output, input + cached, cached, output, errors, 0],
    });
  }
  return { facts, batches };
}

function fits({ dims, isCounted }: Fact, filter: UsageFilter): boolean {
  const { userId, keyId, model, modelGroupId, channelId, userGroupId, counted = "all" } = filter;
  const isMember = userGroupId === undefined || (GROUPS_OF.get(Number(dims.user)) ?? []).includes(userGroupId);
  const asked = { user: userId, key: keyId, model, model_group: modelGroupId, channel: channelId };
  const isAsked = Object.entries(asked).every(
    ([name, value]) => value === undefined || dims[name as keyof typeof dims] === value,
  );
  return isMember && isAsked && (counted === "all" || (counted === "global") === isCounted);
}

/** The report by brute force over what is true: `<id>@<bucket>` and `total@<bucket>` -> sums. */
function expectedOf(facts: readonly Fact[], { bounds, filter, groupBy }: UsageAsk): Map<string, readonly number[]> {
  const found = new Map<string, readonly number[]>();
  const add = (name: string, sums: readonly number[]) =>
    found.set(
      name,
      sums.map((sum, index) => sum + (found.get(name)?.[index] ?? 0)),
    );
  const idsOf = (dims: Fact["dims"]) => {
    if (groupBy === null) return [];
    if (groupBy !== "user_group") return [dims[groupBy]];
    return GROUPS_OF.get(Number(dims.user)) ?? [0];
  };
  for (const fact of facts.filter((each) => fits(each, filter))) {
    const no = bounds.findLastIndex((bound) => bound <= fact.at);
    if (no < 0 || no === bounds.length - 1) continue;
    for (const id of ["total", ...idsOf(fact.dims)]) add(`${id}@${no}`, fact.sums);
  }
  return found;
}

function seenOf({ series, total }: UsageReading): Map<string, readonly number[]> {
  const lines = (name: string, points: UsagePoints) =>
    [...points].map(([no, sums]) => [`${name}@${no}`, Object.values(sums).map(Number)] as const);
  return new Map([...series.flatMap(({ id, points }) => lines(String(id ?? 0), points)), ...lines("total", total)]);
}

function drawAsk(random: () => number, zone: string): UsageAsk {
  const pick = (count: number) => Math.floor(random() * count);
  const from = FROM - HOUR_MS + pick(SPAN_MS / 2);
  const to = from + 1 + pick(SPAN_MS);
  const interval = USAGE_INTERVALS[pick(4)] ?? "day";
  const maybe = (name: keyof UsageFilter, value: number | string): object => (random() < 0.2 ? { [name]: value } : {});
  const filter: UsageFilter = {
    ...{ ...maybe("userId", 1 + pick(4)), ...maybe("keyId", 1 + pick(5)), ...maybe("model", `model-${pick(3)}`) },
    ...{
      ...maybe("modelGroupId", 1 + pick(2)),
      ...maybe("channelId", 1 + pick(3)),
      ...maybe("userGroupId", 1 + pick(2)),
    },
    ...maybe("counted", random() < 0.5 ? "global" : "split"),
  };
  const groupBy = [null, ...USAGE_DIMENSIONS][pick(7)] ?? null;
  const bounds = bucketBounds({ from, to, interval, zone, weekStart: "monday" }, 800) ?? [];
  return { bounds, filter, groupBy, measure: USAGE_MEASURES[pick(8)] ?? "cost", top: 50 };
}

describe("the usage of a period", () => {
  test.each(["UTC", "Asia/Kathmandu", "America/St_Johns", "Australia/Lord_Howe"])(
    "in %s is what a look at every attempt gives, whatever is rolled up meanwhile",
    async (zone) => {
      const random = fractions(zone.length);
      const { facts, batches } = drawTraffic(random, 240);
      const lanes = [0, 1, 2].map(async (lane) => {
        for (let n = lane; n < batches.length; n += 3) await batches[n]?.();
      });
      const rollUps = [roll(zone), roll(zone), roll("UTC", FROM + SPAN_MS / 2)].map(async (first) => {
        await first;
        for (let turn = 0; turn < 4; turn++) {
          await roll(zone);
          await rollDays(turn === 0 ? "Europe/Berlin" : zone);
        }
      });
      await Promise.all([...lanes, ...rollUps]);
      const compare = async () => {
        const ask = drawAsk(random, zone);
        expect(seenOf(await usageStore(database).report(ask)), JSON.stringify(ask)).toEqual(expectedOf(facts, ask));
      };
      for (let n = 0; n < 25; n++) await compare();
      await roll(zone);
      for (let n = 0; n < 25; n++) await compare();
      await rollDays(zone);
      for (let n = 0; n < 50; n++) await compare();
      expect(await database.sql`select from usage_marks`).toHaveLength(0);
      expect(await readLedgerReport(database)).toMatchObject({ hourMismatches: 0, rollupMismatches: 0 });
    },
  );

  const AT = FROM + 3 * HOUR_MS + 600_000;
  const whole = (patch: Partial<UsageAsk> = {}): UsageAsk => ({
    ...{ bounds: [FROM, NOW], filter: {}, groupBy: null, measure: "cost", top: 10 },
    ...patch,
  });
  const requestsNow = async () => (await usageStore(database).report(whole())).total.get(0)?.requests ?? 0;
  const entryAt = (at: number, given: Partial<LedgerEntry> = {}) =>
    buildStoredEntry({ id: uuidv7Hex(at), admittedAt: at, ...given });
  const rolled = () => database.sql`select from usage_hours where kind = 'all'`;

  test("is known before anything was rolled up, and does not change when it is", async () => {
    await record(entryAt(AT), entryAt(AT + 1));
    expect(await rolled()).toHaveLength(0);
    expect(await requestsNow()).toBe(2);
    expect(await roll()).toBe(1);
    expect(await rolled()).toHaveLength(1);
    expect(await requestsNow()).toBe(2);
    await record(entryAt(AT + 2));
    expect(await requestsNow()).toBe(3);
  });

  test("holds an entry whose transaction was open while its hour was rolled up", async () => {
    await record(entryAt(AT));
    const written = Promise.withResolvers<void>();
    const mayCommit = Promise.withResolvers<void>();
    const [text] = settlementTexts([entryAt(AT + 1)]);
    const open = database.sql.begin(async (tx) => {
      await tx`select record_settlements(${`[${text}]`}::jsonb)`;
      written.resolve();
      await mayCommit.promise;
    });
    await written.promise;
    expect(await roll()).toBe(1);
    expect(await requestsNow()).toBe(1);
    mayCommit.resolve();
    await open;
    expect(await requestsNow()).toBe(2);
    expect(await roll()).toBe(1);
    expect(await requestsNow()).toBe(2);
  });

  test("survives a roll-up that dies before its end, which leaves everything to the next", async () => {
    await record(entryAt(AT));
    const dying: Pick<Database, "transaction"> = {
      transaction: (run, options) =>
        database.transaction(async (tx) => {
          await run(tx);
          throw new Error("killed");
        }, options),
    };
    await expect(roll("UTC", NOW, dying)).rejects.toThrow("killed");
    expect(await rolled()).toHaveLength(0);
    expect(await requestsNow()).toBe(1);
    expect(await roll()).toBe(1);
    expect(await requestsNow()).toBe(1);
  });

  test("an hour that still runs waits, with one mark however many batches it had", async () => {
    for (const offset of [0, 1, 2]) await record(entryAt(AT + offset));
    expect(await roll("UTC", AT + 60_000)).toBe(0);
    expect(await database.sql`select from usage_marks`).toHaveLength(1);
    expect(await requestsNow()).toBe(3);
    expect(await roll("UTC", AT + HOUR_MS)).toBe(1);
  });

  test("an hour whose entries are gone keeps its sums", async () => {
    await record(entryAt(AT), entryAt(AT + 1));
    await roll();
    await database.sql`drop table usage_ledger_2026_04`;
    await record(entryAt(AT + 2));
    expect(await roll()).toBe(1);
    expect(await roll("Asia/Kathmandu")).toBe(1);
    expect(await roll("Asia/Kathmandu")).toBe(0);
    expect(await requestsNow()).toBe(2);
  });

  test("days are summed up when they are over and whole, and again after what comes late", async () => {
    await record(entryAt(AT), entryAt(AT + 24 * HOUR_MS));
    expect(await rollDays()).toBe(0);
    await roll();
    expect(await rollDays()).toBe(5);
    expect(await rollDays()).toBe(0);
    await record(entryAt(AT + 1));
    expect(await requestsNow()).toBe(3);
    await roll();
    expect(await database.sql`select from usage_rolled_days`).toHaveLength(4);
    expect(await requestsNow()).toBe(3);
    expect(await rollDays()).toBe(1);
    expect(await requestsNow()).toBe(3);
    expect(await rollDays("Europe/Berlin")).toBe(5);
    expect(await requestsNow()).toBe(3);
  });

  test("hours are cut anew when the zone of the system changes", async () => {
    await record(entryAt(FROM + 14 * 60_000), entryAt(FROM + 15 * 60_000));
    await roll();
    expect(await roll()).toBe(0);
    expect(await roll("Asia/Kathmandu")).toBe(1);
    const buckets = await database.sql<
      { bucket: Date }[]
    >`select bucket from usage_hours where kind = 'all' order by 1`;
    expect(buckets.map(({ bucket }) => new Date(bucket).getTime() - FROM)).toEqual([0, 15 * 60_000]);
  });

  test("is told by the greatest series and the rest, with the names of what still exists", async () => {
    const costs = [5, 40, 30, 20].map(asNanoUsd);
    await record(
      ...costs.map((costNanoUsd, index) => entryAt(AT, { userId: index + 1, keyId: index + 1, costNanoUsd })),
    );
    await database.sql`delete from users where id = 3`;
    const { series, other, total } = await usageStore(database).report(whole({ groupBy: "user", top: 2 }));
    expect(series.map(({ id, name, points }) => [id, name, points.get(0)?.costNanoUsd])).toEqual([
      [2, "user 2", 40n],
      [3, null, 30n],
    ]);
    expect(other?.get(0)?.costNanoUsd).toBe(25n);
    expect(total.get(0)?.costNanoUsd).toBe(95n);
    expect((await usageStore(database).report(whole({ groupBy: "user", top: 4 }))).other).toBeNull();
  });

  test("may cost more than one counter holds", async () => {
    const costNanoUsd = asNanoUsd(9_000_000_000_000_000);
    await record(...[1, 2].map((userId) => entryAt(AT, { userId, keyId: userId, costNanoUsd })));
    const { total } = await usageStore(database).report(whole({ groupBy: null }));
    expect(total.get(0)?.costNanoUsd).toBe(18_000_000_000_000_000n);
  });
});
