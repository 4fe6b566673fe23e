import { buildDatabase, type TestDatabase } from "@test/build-database";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { AuthSnapshot } from "@/core/auth-snapshot";
import type { ConfigFeed } from "@/core/config/config-feed";
import { createAuthSnapshots } from "@/core/snapshot-cache";
import { systemClock } from "@/lib/clock";
import { authSource } from "./auth-source";
import { createConfigFeed } from "./config-feed";
import { configSource } from "./config-source";

let database: TestDatabase;
let feed: ConfigFeed;
let ids: { ada: number; bob: number; laptop: number; team: number; other: number; frontier: number };
/** Tags of the changes since the last look. */
let tags: string[] = [];
const DIGEST = "d".repeat(64);
const DAY_MS = 86_400_000;

const idOf = async (statement: string) => Number((await database.sql.unsafe(statement))[0]?.id);
const snapshotOf = async (digest = DIGEST) => {
  const found = await authSource(database).findByDigest(digest);
  if (found === null) throw new Error("no such key");
  return found;
};
const versionNow = async () => Number((await database.sql`select version from config_version`)[0]?.version);
const refusal = (statement: string) =>
  database.sql.unsafe(statement).then(
    () => "taken",
    (error: { constraint_name?: string }) => error.constraint_name,
  );

beforeAll(async () => {
  database = await buildDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.sql`truncate users, user_groups, model_groups cascade`;
  const [ada, bob] = [
    await idOf("insert into users (name) values ('ada') returning id"),
    await idOf("insert into users (name) values ('bob') returning id"),
  ];
  const laptop = await idOf(`insert into keys (user_id, name) values (${ada}, 'laptop') returning id`);
  await database.sql`insert into key_secrets (key_id, digest, prefix, last_four) values (${laptop}, ${DIGEST}, 'p', 'l')`;
  const team = await idOf("insert into user_groups (name) values ('team') returning id");
  const other = await idOf("insert into user_groups (name) values ('other') returning id");
  const frontier = await idOf("insert into model_groups (name, slug) values ('Frontier', 'frontier') returning id");
  await database.sql`insert into user_group_users (user_group_id, user_id) values (${team}, ${ada}), (${other}, ${bob})`;
  ids = { ada, bob, laptop, team, other, frontier };
  feed = createConfigFeed({ url: database.url, database, clock: systemClock });
  const heard: string[] = [];
  await feed.start((change) => heard.push(...change.tags));
  await vi.waitFor(() => expect(heard).not.toEqual([]));
  heard.length = 0;
  tags = heard;
});
afterEach(() => feed.stop());

/** The tags that a statement announces, and the snapshot after it. */
async function after(statement: string): Promise<{ tags: readonly string[]; snapshot: AuthSnapshot }> {
  tags.length = 0;
  await database.sql.unsafe(statement);
  await vi.waitFor(() => expect(tags).not.toEqual([]), { timeout: 2_000 });
  return { tags: [...tags].sort(), snapshot: await snapshotOf() };
}

const LIMIT = { unit: "usd", window: "daily", state: "limit", amount: 5_000_000_000 };
const insertLimit = (column: string, id: number, rest = "'usd', 'daily', 'limit', 5000000000") =>
  `insert into limits (subject_type, ${column}, unit, "window", state, amount)
   values ('${column.replace(/_id$/, "")}', ${id}, ${rest})`;

describe("what a change by plain SQL announces and a fresh snapshot shows", () => {
  it("a user's limit", async () => {
    const { tags: told, snapshot } = await after(insertLimit("user_id", ids.ada));
    expect(told).toEqual([`user:${ids.ada}`]);
    expect(snapshot.limits).toEqual([
      {
        id: expect.any(Number),
        ...{ subjectType: "user", subjectId: ids.ada, modelGroupId: null, ...LIMIT, mode: null, enforcement: null },
        stateVersion: await versionNow(),
      },
    ]);
    expect(snapshot.version).toBe(await versionNow());
  });

  it("a group's limit, for its users alone", async () => {
    expect(await after(insertLimit("user_group_id", ids.team))).toMatchObject({
      tags: [`group:${ids.team}`],
      snapshot: { limits: [{ subjectType: "user_group", subjectId: ids.team }] },
    });
    expect((await after(insertLimit("user_group_id", ids.other))).snapshot.limits).toHaveLength(1);
  });

  it("a key's limit with every field, the largest amounts included", async () => {
    const columns = `subject_type, key_id, model_group_id, unit, "window", state, amount, mode, enforcement`;
    const { tags: told, snapshot } = await after(`insert into limits (${columns}) values
      ('key', ${ids.laptop}, ${ids.frontier}, 'tokens', '5h', 'limit', 9007199254740991, 'fixed', 'strict'),
      ('key', ${ids.laptop}, ${ids.frontier}, 'usd', 'total', 'limit', 9007199000000000, null, null),
      ('key', ${ids.laptop}, null, 'requests', 'weekly', 'block', null, null, null)`);
    expect(told).toEqual([`key:${ids.laptop}`]);
    expect(snapshot.limits).toMatchObject([
      ...[{ subjectType: "key", subjectId: ids.laptop, modelGroupId: ids.frontier, unit: "tokens", window: "5h" }],
      ...[{ amount: 9_007_199_000_000_000 }, { modelGroupId: null, state: "block", amount: null }],
    ]);
    expect(snapshot.limits[0]).toMatchObject({
      ...{ state: "limit", amount: Number.MAX_SAFE_INTEGER, mode: "fixed", enforcement: "strict" },
    });
  });

  it("a changed or deleted limit, and a moved one for both subjects", async () => {
    await after(insertLimit("user_id", ids.ada));
    expect((await after("update limits set amount = 7")).snapshot.limits).toMatchObject([{ amount: 7 }]);
    expect((await after(`update limits set user_id = ${ids.bob}`)).tags).toEqual([
      `user:${ids.ada}`,
      `user:${ids.bob}`,
    ]);
    expect((await after("delete from limits")).tags).toEqual([`user:${ids.bob}`]);
  });

  it("who joins and who leaves a group, with the version of joining", async () => {
    const joined = await after(
      `insert into user_group_users (user_group_id, user_id) values (${ids.other}, ${ids.ada})`,
    );
    const first = await versionNow();
    expect(joined.tags).toEqual([`group:${ids.other}`, `user:${ids.ada}`]);
    expect(joined.snapshot.userGroups).toEqual([
      { id: ids.team, name: "team", joinedVersion: expect.any(Number), costMultiplierPpm: null },
      { id: ids.other, name: "other", joinedVersion: first, costMultiplierPpm: null },
    ]);
    const left = await after(
      `delete from user_group_users where user_id = ${ids.ada} and user_group_id = ${ids.other}`,
    );
    expect(left.snapshot.userGroups).toHaveLength(1);
    const again = await after(
      `insert into user_group_users (user_group_id, user_id, joined_version) values (${ids.other}, ${ids.ada}, 1)`,
    );
    expect(again.snapshot.userGroups[1]?.joinedVersion).toBe(first + 2);
  });

  it("a group's cost multiplier, within its bounds", async () => {
    const set = (ppm: string) => `update user_groups set cost_multiplier_ppm = ${ppm} where id = ${ids.team}`;
    const changed = await after(set("500000"));
    expect(changed.tags).toEqual([`group:${ids.team}`]);
    expect(changed.snapshot.userGroups).toMatchObject([{ costMultiplierPpm: 500_000 }]);
    await expect(after(set("100000001"))).rejects.toThrow("user_groups_cost_multiplier_check");
    expect((await after(set("null"))).snapshot.userGroups).toMatchObject([{ costMultiplierPpm: null }]);
  });

  it("a group's name", async () => {
    expect(await after(`update user_groups set name = 'crew' where id = ${ids.team}`)).toMatchObject({
      tags: [`group:${ids.team}`],
      snapshot: { userGroups: [{ name: "crew" }] },
    });
  });

  it("boosts that have not been over for a day", async () => {
    const at = (ms: number) => new Date(Math.floor(Date.now() / 1000) * 1000 + ms).toISOString();
    const row = (from: string, to: string, ended: string | null) =>
      `(${ids.ada}, ${ids.frontier}, 'usd', 'daily', 7, '${from}', '${to}', ${ended === null ? "null" : `'${ended}'`}, 'root')`;
    const rows = [
      row(at(0), at(DAY_MS), null),
      row(at(-3 * DAY_MS), at(DAY_MS), at(-DAY_MS / 2)),
      row(at(-3 * DAY_MS), at(DAY_MS), at(-2 * DAY_MS)),
      row(at(-3 * DAY_MS), at(-2 * DAY_MS), null),
    ];
    const columns = 'user_id, model_group_id, unit, "window", amount, valid_from, valid_to, ended_at, created_by';
    const { tags: told, snapshot } = await after(`insert into boosts (${columns}) values ${rows.join()}`);
    expect(told).toEqual([`user:${ids.ada}`]);
    expect(snapshot.boosts).toHaveLength(2);
    expect(snapshot.boosts[0]).toEqual({
      ...{ id: expect.any(Number), userId: ids.ada, modelGroupId: ids.frontier, unit: "usd", window: "daily" },
      ...{ amount: 7, validFrom: expect.any(Number), validTo: expect.any(Number), endedAt: null },
    });
    const [first, second] = snapshot.boosts;
    expect((first?.validTo ?? 0) - (first?.validFrom ?? 0)).toBe(DAY_MS);
    expect(second?.endedAt).toBe((second?.validTo ?? 0) - 1.5 * DAY_MS);
  });

  it("the newest restart of each cell", async () => {
    const columns = "subject_type, user_id, key_id, model_group_id, unit, restarted_at, by";
    const { tags: told, snapshot } = await after(`insert into usage_restarts (${columns}) values
      ('user', ${ids.ada}, null, null, 'usd', '2026-01-02T00:00:00.5Z', 'root'),
      ('user', ${ids.ada}, null, null, 'usd', '2026-01-01T00:00:00Z', 'root'),
      ('user', ${ids.ada}, null, ${ids.frontier}, 'usd', '2026-01-01T00:00:00Z', 'root'),
      ('key', null, ${ids.laptop}, null, 'usd', '2026-01-03T00:00:00Z', 'root'),
      ('user', ${ids.bob}, null, null, 'tokens', '2026-01-01T00:00:00Z', 'root')`);
    expect(told).toEqual([`key:${ids.laptop}`, `user:${ids.ada}`, `user:${ids.bob}`].sort());
    const common = { unit: "usd", modelGroupId: null };
    expect([...snapshot.restarts].sort((a, b) => b.restartedAt - a.restartedAt)).toEqual([
      { ...common, axis: "key", subjectId: ids.laptop, restartedAt: Date.parse("2026-01-03T00:00:00Z") },
      { ...common, axis: "user", subjectId: ids.ada, restartedAt: Date.parse("2026-01-02T00:00:00.5Z") },
      {
        ...{ ...common, axis: "user", subjectId: ids.ada, modelGroupId: ids.frontier },
        restartedAt: Date.parse("2026-01-01T00:00:00Z"),
      },
    ]);
  });

  it("models and model groups, to the configuration", async () => {
    const groups = async () => (await configSource(database).loadConfig()).modelGroups;
    expect(
      (await after(`insert into model_group_models values ('b', ${ids.frontier}), ('a', ${ids.frontier})`)).tags,
    ).toEqual(["models"]);
    expect(await groups()).toMatchObject([{ name: "Frontier", slug: "frontier", models: ["a", "b"] }]);
    expect((await after("update model_groups set name = 'Front'")).tags).toEqual(["models"]);
    expect(await groups()).toMatchObject([{ name: "Front" }]);
    await after(insertLimit("user_id", ids.ada));
    await after(`update limits set model_group_id = ${ids.frontier}`);
    const gone = await after("delete from model_groups");
    expect(gone.tags).toEqual(["models", `user:${ids.ada}`]);
    expect(gone.snapshot.limits).toEqual([]);
    expect(await groups()).toEqual([]);
  });

  it("what is said of models is configuration too", async () => {
    const { tags } = await after(
      "insert into models (name, max_output_tokens, bytes_per_token) values ('m', 8192, 3.5)",
    );
    expect(tags).toEqual(["models"]);
    const { models } = await configSource(database).loadConfig();
    expect(models).toEqual([
      { name: "m", maxOutputTokens: 8192, bytesPerToken: 3.5, expectedOutputTokens: null, managedBy: null },
    ]);
    expect((await after("delete from models")).tags).toEqual(["models"]);
  });

  it("a truncated table, as everything", async () => {
    for (const table of ["limits", "boosts", "usage_restarts", "user_group_users", "model_group_models"]) {
      expect((await after(`truncate ${table}`)).tags).toEqual(["*"]);
    }
  });
});

describe("a cached snapshot", () => {
  it("is dropped by a change of the user's group, of its users and of its limits", async () => {
    const cache = createAuthSnapshots({ source: authSource(database), clock: systemClock, staleMs: 0 });
    await cache.get(DIGEST);
    const heard = async (statement: string) => {
      const { tags: told } = await after(statement);
      cache.follow({ version: await versionNow(), tags: told });
      return cache.get(DIGEST);
    };
    expect(await heard(insertLimit("user_group_id", ids.team))).toMatchObject({ limits: [{ subjectId: ids.team }] });
    expect(await heard(`delete from user_groups where id = ${ids.team}`)).toMatchObject({ limits: [], userGroups: [] });
  });
});

describe("test 33 and A8", () => {
  it("1,000 requests after the first one ask the database nothing, with and without groups, limits and address lists", async () => {
    const statements: string[] = [];
    const db = new Proxy(database.db, {
      get(target, name) {
        if (name === "select") statements.push(name);
        return Reflect.get(target, name);
      },
    });
    const bare = "b".repeat(64);
    const key = await idOf(`insert into keys (user_id, name) values (${ids.bob}, 'bare') returning id`);
    await database.sql`insert into key_secrets (key_id, digest, prefix, last_four) values (${key}, ${bare}, 'p', 'l')`;
    await database.sql`delete from user_group_users where user_id = ${ids.bob}`;
    await database.sql.unsafe(insertLimit("user_group_id", ids.team));
    await database.sql`update keys set ip_allow = '["10.0.0.0/8"]' where id = ${ids.laptop}`;
    const cache = createAuthSnapshots({ source: authSource({ db }), clock: systemClock, staleMs: 0 });
    expect(await cache.get(DIGEST)).toMatchObject({ limits: [{}], userGroups: [{}], addressRules: [{ deny: [] }] });
    expect(await cache.get(bare)).toMatchObject({ limits: [], userGroups: [], addressRules: [] });
    expect(await cache.get("f".repeat(64))).toBeNull();
    expect(statements).toHaveLength(3);
    for (let n = 0; n < 1_000; n++)
      for (const digest of [DIGEST, bare, "f".repeat(64)]) expect(cache.get(digest)).not.toBeInstanceOf(Promise);
    expect(statements).toHaveLength(3);
  });
});

describe("the checks of the tables", () => {
  it("state and mode stamp the version of their change, amounts do not", async () => {
    await after(insertLimit("user_id", ids.ada));
    const stampOf = async () => (await snapshotOf()).limits[0]?.stateVersion;
    const first = await stampOf();
    await after("update limits set amount = 9, enforcement = 'strict'");
    expect(await stampOf()).toBe(first);
    await after("update limits set mode = 'rolling'");
    expect(await stampOf()).toBe(await versionNow());
    await after("update limits set state = 'block', amount = null");
    expect(await stampOf()).toBe(await versionNow());
  });

  it.each([
    ["an amount of zero", "'usd', 'daily', 'limit', 0", "limits_amount_check"],
    ["a negative amount", "'usd', 'daily', 'limit', -1", "limits_amount_check"],
    ["more than $9,007,199", "'usd', 'daily', 'limit', 9007199000000001", "limits_amount_check"],
    ["a count beyond 2^53 - 1", "'tokens', 'daily', 'limit', 9007199254740992", "limits_amount_check"],
    ["a limit without an amount", "'usd', 'daily', 'limit', null", "limits_state_check"],
    ["a block with an amount", "'usd', 'daily', 'block', 5", "limits_state_check"],
    ["a state of one's own", "'usd', 'daily', 'none', null", "limits_state_check"],
    ["a unit of one's own", "'eur', 'daily', 'limit', 5", "limits_unit_check"],
    ["a window of one's own", "'usd', 'yearly', 'limit', 5", "limits_window_check"],
  ])("%s is refused", async (_, rest, constraint) => {
    expect(await refusal(insertLimit("user_id", ids.ada, rest))).toBe(constraint);
  });

  it.each([
    ["5h", "calendar", "limits_mode_check"],
    ["5h", "fixed", "taken"],
    ["daily", "fixed", "limits_mode_check"],
    ["monthly", "rolling", "taken"],
    ["total", "rolling", "limits_mode_check"],
  ])("a %s window in mode %s: %s", async (window, mode, outcome) => {
    const columns = 'subject_type, user_id, unit, "window", state, amount, mode';
    const statement = `insert into limits (${columns}) values ('user', ${ids.ada}, 'usd', '${window}', 'limit', 5, '${mode}')`;
    expect(await refusal(statement)).toBe(outcome);
  });

  it("a limit has exactly one subject, of its type, and a cell one limit", async () => {
    const insert = (type: string, user: number | null, key: number | null) =>
      refusal(`insert into limits (subject_type, user_id, key_id, unit, "window", state)
        values ('${type}', ${user}, ${key}, 'usd', 'daily', 'block')`);
    expect(await insert("key", ids.ada, null)).toBe("limits_subject_check");
    expect(await insert("user", ids.ada, ids.laptop)).toBe("limits_subject_check");
    expect(await insert("user", null, null)).toBe("limits_subject_check");
    expect(await insert("user", ids.ada, null)).toBe("taken");
    expect(await insert("user", ids.ada, null)).toBe("limits_cell_key");
  });

  it("a model lies in one group, in lower case", async () => {
    const insert = (model: string, group = ids.frontier) =>
      refusal(`insert into model_group_models values ('${model}', ${group})`);
    const second = await idOf("insert into model_groups (name, slug) values ('Second', 'second') returning id");
    expect(await insert("gpt-4o")).toBe("taken");
    expect(await insert("gpt-4o", second)).toBe("model_group_models_pkey");
    expect(await insert("GPT-5")).toBe("model_group_models_model_check");
    expect(await insert(" gpt-5")).toBe("model_group_models_model_check");
  });

  it("a boost ends after it begins and adds something", async () => {
    const insert = (to: string, amount: number) =>
      refusal(`insert into boosts (user_id, unit, "window", amount, valid_from, valid_to, created_by)
        values (${ids.ada}, 'usd', 'daily', ${amount}, '2026-01-01', '${to}', 'root')`);
    expect(await insert("2026-01-01", 1)).toBe("boosts_range_check");
    expect(await insert("2026-01-02", 0)).toBe("boosts_amount_check");
    expect(await insert("2026-01-02", 1)).toBe("taken");
  });
});
