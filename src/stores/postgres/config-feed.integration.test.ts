import { buildDatabase, type TestDatabase } from "@test/build-database";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { ConfigChange, ConfigFeed } from "@/core/config/config-feed";
import { systemClock } from "@/lib/clock";
import { createConfigFeed } from "./config-feed";

describe("the configuration feed", () => {
  let database: TestDatabase;
  let changes: ConfigChange[] = [];
  const feeds: ConfigFeed[] = [];

  beforeAll(async () => {
    database = await buildDatabase();
    await database.sql`insert into users (name) values ('ada'), ('bob')`;
    await database.sql`insert into keys (user_id, name) select id, 'laptop' from users where name = 'ada'`;
  });
  afterAll(() => database.drop());
  afterEach(async () => {
    await Promise.all(feeds.splice(0).map((feed) => feed.stop()));
  });

  async function startFeed(): Promise<ConfigFeed> {
    changes = [];
    const feed = createConfigFeed({ url: database.url, database, clock: systemClock });
    feeds.push(feed);
    await feed.start((change) => changes.push(change));
    await vi.waitFor(() => expect(changes).toHaveLength(1));
    changes = [];
    return feed;
  }
  const versionInForce = async () => {
    const [row] = await database.sql<{ version: string }[]>`select version from config_version`;
    return Number(row?.version);
  };
  const tagsAfter = async (statement: string) => {
    await database.sql.unsafe(statement);
    await vi.waitFor(() => expect(changes).toHaveLength(1), { timeout: 1_000 });
    return [...(changes.splice(0)[0]?.tags ?? [])].sort();
  };
  const idOf = async (table: "users" | "keys", name: string) => {
    const [row] = await database.sql<{ id: string }[]>`select id from ${database.sql(table)} where name = ${name}`;
    return Number(row?.id);
  };
  const dropListeners = () =>
    database.sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'listen%'
      or (datname = current_database() and state = 'idle' and query = 'select 1')`;

  it("tells the version at once, then every change made by plain SQL within a second", async () => {
    const feed = await startFeed();
    expect(feed.version()).toBe(await versionInForce());
    const ada = await idOf("users", "ada");
    const laptop = await idOf("keys", "laptop");
    expect(await tagsAfter(`update keys set enabled = false where id = ${laptop}`)).toEqual([
      `key:${laptop}`,
      `user:${ada}`,
    ]);
    expect(await tagsAfter(`update users set enabled = false where id = ${ada}`)).toEqual([`user:${ada}`]);
    expect(await tagsAfter("insert into settings (name, value) values ('gatewayName', '\"x\"')")).toEqual(["settings"]);
    expect(await tagsAfter("truncate prices")).toEqual(["*"]);
    expect(feed.version()).toBe(await versionInForce());
  });

  it("announces what a cascade removes", async () => {
    await database.sql`insert into users (name) values ('eve')`;
    await database.sql`insert into keys (user_id, name) select id, 'desk' from users where name = 'eve'`;
    await database.sql`insert into key_secrets (key_id, digest, prefix, last_four) select id, 'd', 'p', 'l' from keys where name = 'desk'`;
    const [eve, desk] = [await idOf("users", "eve"), await idOf("keys", "desk")];
    await startFeed();
    expect(await tagsAfter(`delete from users where id = ${eve}`)).toEqual([`key:${desk}`, `user:${eve}`]);
  });

  it("takes one step per transaction, and none for one that is rolled back", async () => {
    await startFeed();
    const before = await versionInForce();
    await tagsAfter("begin; update users set enabled = true; update keys set enabled = true; commit");
    expect(await versionInForce()).toBe(before + 1);
    await database.sql.unsafe("begin; update users set enabled = true; rollback");
    expect(await versionInForce()).toBe(before + 1);
  });

  it("hears a change made while its connection was cut, and listens again", async () => {
    const feed = await startFeed();
    expect((await dropListeners()).length).toBeGreaterThan(0);
    await database.sql`update users set time_zone = 'UTC' where name = 'bob'`;
    await vi.waitFor(() => expect(changes.at(-1)?.tags).toEqual(["*"]), { timeout: 5_200 });
    expect(feed.version()).toBe(await versionInForce());
    await vi.waitFor(
      async () => {
        changes = [];
        expect(
          await tagsAfter(
            "insert into settings (name, value) values ('x', '1') on conflict (name) do update set value = '2'",
          ),
        ).toEqual(["settings"]);
      },
      { timeout: 8_000 },
    );
  }, 20_000);

  it("tells a version that was never announced with the tag for everything", async () => {
    await startFeed();
    await database.sql`update config_version set version = version + 1`;
    await vi.waitFor(() => expect(changes.at(-1)?.tags).toEqual(["*"]), { timeout: 6_000 });
    expect(changes.at(-1)?.version).toBe(await versionInForce());
  }, 10_000);

  it("is silent after it stopped", async () => {
    const feed = await startFeed();
    await feed.stop();
    await database.sql`update users set time_zone = null where name = 'bob'`;
    await database.sql`select pg_sleep(0.3)`;
    expect(changes).toEqual([]);
  });
});
