import { buildDatabase, type TestDatabase } from "@test/build-database";
import { type FakeClock, fakeClock } from "@test/fake-clock";
import { seededRandom } from "@test/seeded-random";
import { startRedis, type TestRedis } from "@test/setup/start-redis";
import { type TappedPostgres, tapPostgres } from "@test/setup/tapped-postgres";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { AuthSnapshot, SharedSnapshots } from "@/core/auth-snapshot";
import { createConfigSnapshots } from "@/core/config-snapshots";
import { checkKey } from "@/core/keys/check-key";
import { createAuthSnapshots } from "@/core/snapshot-cache";
import { type Clock, systemClock } from "@/lib/clock";
import { authSource } from "@/stores/postgres/auth-source";
import { createConfigFeed } from "@/stores/postgres/config-feed";
import { configSource } from "@/stores/postgres/config-source";
import { rateStore } from "@/stores/postgres/rate-store";
import { createRedisConnection, type RedisConnection } from "@/stores/redis/client";
import { redisKeys } from "@/stores/redis/redis-keys";
import { sharedSnapshots } from "@/stores/redis/shared-snapshots";

// Changes against loads, lost notifications and two replicas on one database and one Redis (channels-and-rates.md A3, A4, A6, test 34).
const DIGEST = "d".repeat(64);
const SECOND = 1_000;

let database: TestDatabase;
let redis: TestRedis;
let connection: RedisConnection;
let ids: { user: number; key: number; team: number };
const replicas: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  [database, redis] = await Promise.all([buildDatabase(), startRedis()]);
  connection = createRedisConnection([redis.url]);
  expect(await connection.check()).toEqual({ kind: "ready" });
});
afterAll(async () => {
  await connection.close();
  redis.stop();
  await database.drop();
});
beforeEach(async () => {
  await database.sql`truncate users, user_groups, channels cascade`;
  const one = async (statement: string) => Number((await database.sql.unsafe(statement))[0]?.id);
  const user = await one("insert into users (name) values ('ada') returning id");
  const key = await one(`insert into keys (user_id, name) values (${user}, 'laptop') returning id`);
  const team = await one("insert into user_groups (name) values ('team') returning id");
  ids = { user, key, team };
  await database.sql`insert into key_secrets (key_id, digest, prefix, last_four) values (${key}, ${DIGEST}, 'p', 'l')`;
  await database.sql`insert into limits (subject_type, user_id, unit, "window", state, amount)
    values ('user', ${user}, 'usd', 'daily', 'limit', 1)`;
  await database.sql`insert into rates (subject_type, user_id, metric, amount) values ('user', ${user}, 'rpm', 1), ('everyone', null, 'rpm', 1)`;
  await database.sql`insert into boosts (user_id, unit, "window", amount, valid_from, valid_to, created_by)
    values (${user}, 'usd', 'daily', 1, now(), now() + interval '1 day', 'root')`;
  await database.sql`insert into channels (name, protocols, base_url, models, timeouts, headers)
    values ('up', '["openai-chat"]', 'https://up.example.com', '[]', '{}', '{}')`;
});
afterEach(async () => {
  await Promise.all(replicas.splice(0).map((replica) => replica.stop()));
  await redis.run((client) => client.flushall());
});

/** Every read answers when `pause` lets it. */
type Pause = () => Promise<void>;
type Given = { readonly pause?: Pause; readonly clock?: Clock; readonly url?: string; readonly isShared?: boolean };

/** What a replica knows, by the parts that the product wires. */
async function openReplica({ pause, clock = systemClock, url = database.url, isShared = false }: Given = {}) {
  const paused = async <T>(read: Promise<T>) => {
    const found = await read;
    await pause?.();
    return found;
  };
  const { findByDigest } = authSource(database);
  const { client } = connection;
  const shared: SharedSnapshots | null = isShared
    ? sharedSnapshots({ client, keys: redisKeys("test"), clock, random: Math.random })
    : null;
  const source = { findByDigest: (digest: string) => paused(findByDigest(digest)) };
  const auth = createAuthSnapshots({ source, clock, staleMs: 0, shared });
  const { loadConfig } = configSource(database);
  const namesNow = async () => (await paused(loadConfig())).channels.map(({ name }) => name);
  let names: readonly string[] = [];
  const config = createConfigSnapshots({
    ...{ initial: {} as never, clock, onError: () => {} },
    async load() {
      names = await namesNow();
      return {} as never;
    },
  });
  const feed = createConfigFeed({ url, database, clock });
  await feed.start((change) => {
    auth.follow(change);
    config.invalidate(change.tags);
  });
  const replica = { auth, config, feed, channels: () => names, stop: () => feed.stop() };
  replicas.push(replica);
  await vi.waitFor(() => expect(config.isCurrent()).toBe(true));
  return replica;
}

const versionNow = async () => Number((await database.sql`select version from config_version`)[0]?.version);

/** Reads that stand still behind what they read until `open`; `reached` counts them. */
function gate() {
  let isShut = false;
  let waiting: (() => void)[] = [];
  return {
    shut() {
      isShut = true;
    },
    open() {
      isShut = false;
      for (const go of waiting.splice(0)) go();
      waiting = [];
    },
    reached: () => waiting.length,
    pause: () => (isShut ? new Promise<void>((resolve) => waiting.push(resolve)) : Promise.resolve()),
  };
}

/** What a request is judged by. */
function judged(snapshot: AuthSnapshot | null) {
  if (snapshot === null) return null;
  return {
    refusal: checkKey(snapshot, Date.now()),
    groups: snapshot.userGroups.map(({ name }) => name),
    limit: snapshot.limits.map(({ amount }) => amount),
    rates: snapshot.rates.map(({ amount }) => amount).sort(),
    boost: snapshot.boosts.map(({ amount }) => amount),
  };
}
const AT_FIRST = { refusal: null, groups: [], limit: [1], rates: [1, 1], boost: [1] };

describe("a load that stands still behind its read while the configuration changes", () => {
  test.each<[what: string, change: () => string, after: object]>([
    ["a key", () => `update keys set enabled = false where id = ${ids.key}`, { refusal: "key_disabled" }],
    ["a user", () => `update users set enabled = false where id = ${ids.user}`, { refusal: "user_disabled" }],
    [
      "a group of the user",
      () => `insert into user_group_users (user_group_id, user_id) values (${ids.team}, ${ids.user})`,
      { groups: ["team"] },
    ],
    ["a limit", () => `update limits set amount = 7 where user_id = ${ids.user}`, { limit: [7] }],
    ["a rate of the user", () => `update rates set amount = 7 where user_id = ${ids.user}`, { rates: [1, 7] }],
    ["a rate of everyone", () => "update rates set amount = 7 where subject_type = 'everyone'", { rates: [1, 7] }],
    ["a boost", () => `update boosts set amount = 7 where user_id = ${ids.user}`, { boost: [7] }],
  ])("of %s: the next request after the event goes by the change", async (...[, change, after]) => {
    const door = gate();
    const { auth, feed } = await openReplica({ pause: door.pause, isShared: true });
    door.shut();
    const begun = Promise.resolve(auth.get(DIGEST));
    await vi.waitFor(() => expect(door.reached()).toBe(1));
    await database.sql.unsafe(change());
    const version = await versionNow();
    await vi.waitFor(() => expect(feed.version()).toBe(version));
    door.open();
    expect(judged(await begun)).toEqual(AT_FIRST);
    expect(judged(await auth.get(DIGEST))).toEqual({ ...AT_FIRST, ...after });
    expect(judged(await auth.get(DIGEST))).toEqual({ ...AT_FIRST, ...after });
    const other = await openReplica({ isShared: true });
    expect(judged(await other.auth.get(DIGEST))).toEqual({ ...AT_FIRST, ...after });
  });

  test("of a channel: another load follows, and what was read before it does not stay", async () => {
    const door = gate();
    const { config, feed, channels } = await openReplica({ pause: door.pause });
    expect(channels()).toEqual(["up"]);
    door.shut();
    await database.sql`update channels set name = 'first'`;
    await vi.waitFor(() => expect(door.reached()).toBe(1));
    await database.sql`update channels set name = 'second'`;
    const version = await versionNow();
    await vi.waitFor(() => expect(feed.version()).toBe(version));
    expect(config.isCurrent()).toBe(false);
    door.open();
    await vi.waitFor(() => expect(config.isCurrent()).toBe(true));
    expect(channels()).toEqual(["second"]);
  });
});

test("1,000 changes of every kind against the requests of two replicas: none goes by less than its replica has heard", async () => {
  const seed = 34;
  const draw = seededRandom(seed);
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  const pause = async () => {
    for (let turns = draw(12); turns > 0; turns--) await turn();
  };
  const two = await Promise.all([0, 1].map(() => openReplica({ pause, isShared: true })));
  const told = new Map([[await versionNow(), AT_FIRST as ReturnType<typeof judged>]]);
  const state = { key: true, user: true, isMember: false, limit: 1, rate: 1, everyone: 1, boost: 1 };
  const refusal = () => (state.key ? (state.user ? null : "user_disabled") : "key_disabled");
  const now = (): ReturnType<typeof judged> => ({
    ...{ refusal: refusal() as never, groups: state.isMember ? ["team"] : [] },
    ...{ limit: [state.limit], rates: [state.rate, state.everyone].sort(), boost: [state.boost] },
  });
  const toggleKey = () => {
    state.key = !state.key;
    return `update keys set enabled = ${state.key} where id = ${ids.key}`;
  };
  const toggleUser = () => {
    state.user = !state.user;
    return `update users set enabled = ${state.user} where id = ${ids.user}`;
  };
  const toggleGroup = () => {
    state.isMember = !state.isMember;
    return state.isMember
      ? `insert into user_group_users (user_group_id, user_id) values (${ids.team}, ${ids.user})`
      : `delete from user_group_users where user_id = ${ids.user}`;
  };
  const numbered = (field: "limit" | "rate" | "everyone" | "boost", statement: (amount: number) => string) => () => {
    state[field] = 1 + (state[field] % 9);
    return statement(state[field]);
  };
  const changes = [
    ...[toggleKey, toggleUser, toggleGroup],
    numbered("limit", (amount) => `update limits set amount = ${amount} where user_id = ${ids.user}`),
    numbered("rate", (amount) => `update rates set amount = ${amount} where user_id = ${ids.user}`),
    numbered("everyone", (amount) => `update rates set amount = ${amount} where subject_type = 'everyone'`),
    numbered("boost", (amount) => `update boosts set amount = ${amount} where user_id = ${ids.user}`),
  ];
  let isOver = false;
  const seen: { readonly version: number; readonly judged: ReturnType<typeof judged> }[] = [];
  const asking = two.flatMap(({ auth, feed }) =>
    Array.from({ length: 4 }, async () => {
      while (!isOver) {
        const heard = feed.version();
        const found = await auth.get(DIGEST);
        expect(found?.version, `seed ${seed}`).toBeGreaterThanOrEqual(heard);
        if (found !== null) seen.push({ version: found.version, judged: judged(found) });
        await pause();
        await turn();
      }
    }),
  );
  const writing = async () => {
    for (let count = 0; count < 1_000; count++) {
      const statement = changes[draw(changes.length)]?.() ?? "";
      const version = await database.sql.begin(async (sql) => {
        await sql.unsafe(statement);
        return Number((await sql`select version from config_version`)[0]?.version);
      });
      told.set(version, now());
      if (draw(4) === 0) await pause();
    }
  };
  const written = writing().finally(() => {
    isOver = true;
  });
  await Promise.all([written, ...asking]);
  const last = await versionNow();
  for (const { auth, feed } of two) {
    await vi.waitFor(() => expect(feed.version()).toBe(last));
    expect(judged(await auth.get(DIGEST))).toEqual(now());
  }
  expect(new Set(seen.map(({ version }) => version)).size).toBeGreaterThan(50);
  for (const { version, judged: found } of seen) expect(found, `version ${version}`).toEqual(told.get(version));
}, 120_000);

describe("while no notification arrives", () => {
  let line: TappedPostgres;
  let clock: FakeClock;
  beforeEach(async () => {
    line = await tapPostgres(database.url);
    clock = fakeClock(new Date().toISOString());
  });
  afterEach(() => line.close());

  test("a change acts within five seconds, and within one once the silence is noticed", async () => {
    const { auth } = await openReplica({ clock, url: line.url });
    const shows = (enabled: boolean) =>
      vi.waitFor(async () => expect(await auth.get(DIGEST)).toMatchObject({ keyEnabled: enabled }));
    const set = (enabled: boolean) => database.sql`update keys set enabled = ${enabled} where id = ${ids.key}`;
    await shows(true);
    await set(false);
    await shows(false); // by its notification: no time has passed
    line.mute();
    await set(true);
    clock.advance(5 * SECOND);
    await shows(true);
    await vi.waitFor(() => expect(clock.pending()).toBeGreaterThan(0));
    clock.advance(2 * SECOND); // the echo that the listener waits for does not come
    await set(false);
    // Ten more seconds at most, of which each silence costs two: far from the end of what is cached.
    const slowly = { interval: 100, timeout: SECOND };
    await vi.waitFor(async () => {
      clock.advance(SECOND);
      expect(await auth.get(DIGEST)).toMatchObject({ keyEnabled: false });
    }, slowly);
  });
});

test("of 500 changes 99 in 100 act on both replicas within a second", async () => {
  const two = await Promise.all([0, 1].map(() => openReplica({ isShared: true })));
  const took: number[] = [];
  for (let change = 0; change < 500; change++) {
    const amount = 2 + change;
    await database.sql`update limits set amount = ${amount} where user_id = ${ids.user}`;
    const committedAt = performance.now();
    for (const { auth } of two) {
      while ((await auth.get(DIGEST))?.limits[0]?.amount !== amount) await new Promise((next) => setImmediate(next));
    }
    took.push(performance.now() - committedAt);
  }
  took.sort((a, b) => a - b);
  expect(took[494]).toBeLessThan(SECOND);
}, 120_000);

test("a key that failed ten times works on both replicas as soon as it is made", async () => {
  const two = await Promise.all([0, 1].map(() => openReplica({ isShared: true })));
  const digest = "e".repeat(64);
  for (const { auth } of two) for (let call = 0; call < 10; call++) expect(await auth.get(digest)).toBeNull();
  const [made] = await database.sql`insert into keys (user_id, name) values (${ids.user}, 'desk') returning id`;
  await database.sql`insert into key_secrets (key_id, digest, prefix, last_four) values (${made?.id}, ${digest}, 'q', 'm')`;
  for (const { auth } of two)
    await vi.waitFor(async () => expect(await auth.get(digest)).toMatchObject({ keyName: "desk" }), SECOND);
});

test("thirty overrides that are cleared at once are gone on both replicas", async () => {
  await database.sql`insert into user_groups (name) select 'group ' || n from generate_series(1, 30) n`;
  await database.sql`insert into user_group_users (user_group_id, user_id) select id, ${ids.user} from user_groups where name like 'group %'`;
  await database.sql`insert into rates (subject_type, user_id, user_group_id, metric, amount)
    select 'override', ${ids.user}, id, 'rpm', 5 from user_groups where name like 'group %'`;
  const two = await Promise.all([0, 1].map(() => openReplica({ isShared: true })));
  const overrides = async ({ auth }: (typeof two)[number]) =>
    (await auth.get(DIGEST))?.rates.filter(({ subjectType }) => subjectType === "override").length;
  for (const replica of two) expect(await overrides(replica)).toBe(30);
  const clear = () => database.db.transaction((tx) => rateStore(tx).clearOverrides({ userId: ids.user }));
  expect(await clear()).toHaveLength(30);
  for (const replica of two) await vi.waitFor(async () => expect(await overrides(replica)).toBe(0), SECOND);
  expect(await clear()).toEqual([]);
});
